"""Label-efficiency baselines: TF-IDF and a frozen probe at every number of labels and seed.

The training rows are those of a run with the same `train_rows` and `subset_seed`. Each text is encoded
at most once, whatever the number of sizes and seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.activations import (
    Compute,
    Lookup,
    ProgressCallback,
    no_progress,
)
from translearn_core.analysis.linear_models import LINEAR_MODELS
from translearn_core.backbones import load
from translearn_core.config import Split
from translearn_core.data import PreparedDataset, prepare
from translearn_core.errors import DataError
from translearn_core.jobs import LabelEfficiencyConfig
from translearn_core.results.diagnostics.baselines import FROZEN, WORDS
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_versions
from translearn_core.worker.features import feature_array

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
RowScores = NDArray[np.float32]

UNTRAINED_ARMS = (WORDS, FROZEN)
"""Arms without training of the backbone, in the order of `BaselineAnswers.row_scores`."""

Subset = Sequence[Sequence[IntArray]]
"""Training rows: for each seed one array of row indices per size, each a subset of the next."""


@dataclass(frozen=True)
class BaselineAnswers:
    """Scores of the test rows by the baselines: `row_scores`, float32, (arms, sizes, seeds, test rows).

    `layers` and `c`, shape (sizes, seeds), are the layer and the strength of each frozen probe.
    """

    names: tuple[str, ...]
    row_scores: RowScores = field(compare=False)
    layers: IntArray = field(compare=False)
    c: FloatArray = field(compare=False)


def fit_label_efficiency_baselines(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset
) -> BaselineAnswers:
    """Fit TF-IDF and the frozen probe for every number of labels and seed."""
    versions = load_versions(context.store.workspace, config.data.dataset)
    subsets = draw_subsets(versions, config, prepared, context.report)
    words = _tfidf(context, config, prepared, subsets)
    frozen, layers, c = _frozen_probes(context, config, prepared, subsets)
    return BaselineAnswers(UNTRAINED_ARMS, np.stack([words, frozen]), layers, c)


def draw_subsets(
    versions: tuple[pd.DataFrame, pd.DataFrame | None],
    config: LabelEfficiencyConfig,
    prepared: PreparedDataset,
    report: ProgressCallback = no_progress,
) -> Subset:
    """Return the training rows of every seed and size, as indices of `prepared`, shape (size,) each.

    The first of `versions`, the table with its edits and without, is prepared with the settings of the
    corresponding runs.

    Raises
    ------
    DataError
        If a smaller subset is not contained in a larger one.
    """
    table, original = versions
    train = prepared.split_indices(Split.TRAIN)
    position = {row: index for index, row in zip(train.tolist(), prepared.rows[train].tolist(), strict=True)}
    subsets: list[list[IntArray]] = []
    total = len(config.seeds) * len(config.sizes)
    for number, seed in enumerate(config.seeds):
        of_seed: list[IntArray] = []
        for size in config.sizes:
            report("drawing labels", number * len(config.sizes) + len(of_seed), total)
            rows = train
            if size < len(train):
                fewer = config.data.model_copy(update={"train_rows": size, "subset_seed": seed})
                subset = prepare(table, fewer, original=original)
                numbers = subset.rows[subset.split_indices(Split.TRAIN)].tolist()
                rows = np.sort([position[row] for row in numbers])
            if of_seed and not np.isin(of_seed[-1], rows).all():
                raise DataError(f"The {size} rows drawn by seed {seed} do not hold the fewer ones before.")
            of_seed.append(rows)
        subsets.append(of_seed)
    return subsets


def _tfidf(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset, subsets: Subset
) -> RowScores:
    test, target = prepared.split_indices(Split.TEST), prepared.target
    models = LINEAR_MODELS[target.problem]
    texts = [prepared.texts[i] for i in test]
    shape = len(config.sizes), len(config.seeds)
    scores = np.zeros((*shape, len(test)), dtype=np.float32)
    all_rows = len(prepared.split_indices(Split.TRAIN))
    done, total = 0, sum(config.sizes) * len(config.seeds)
    for seed, of_seed in enumerate(subsets):
        for size, rows in enumerate(of_seed):
            context.report("counting words", done, total)
            done += len(rows)
            if seed and len(rows) == all_rows:
                scores[size, seed] = scores[size, 0]
                continue
            train_texts = [prepared.texts[i] for i in rows]
            outputs = models.predict_tfidf(train_texts, target.select(rows), texts, seed=config.seeds[seed])
            scores[size, seed] = prepared.problem.row_scores(target, test, outputs)
    return scores


def _frozen_probes(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset, subsets: Subset
) -> tuple[RowScores, IntArray, FloatArray]:
    """Probe every layer on every subset; the layer that is best on validation rows is scored on test.

    C is chosen on the rows of each subset; `LinearProbe.fit` says how with one row of a class.
    """
    validation, test = (prepared.split_indices(split) for split in (Split.VALIDATION, Split.TEST))
    target, problem, models = prepared.target, prepared.problem, LINEAR_MODELS[prepared.target.problem]
    shape = len(config.sizes), len(config.seeds)
    scores = np.zeros((*shape, len(test)), dtype=np.float32)
    best, chosen, c = np.full(shape, -np.inf), np.zeros(shape, dtype=np.int64), np.full(shape, np.nan)
    layers, all_rows = _layers(context, config, prepared), len(prepared.split_indices(Split.TRAIN))
    done, total = 0, len(layers) * sum(config.sizes) * len(config.seeds)
    for layer, lookup in layers:
        vectors = feature_array(lookup)  # one layer at a time in memory
        for seed, size in np.ndindex(len(config.seeds), len(config.sizes)):
            rows = subsets[seed][size]

            def tick(share: float, start: int = done, rows: int = len(rows)) -> None:
                context.report("probing layers", start + share * rows, total)

            tick(0.0)
            done += len(rows)
            if seed and len(rows) == all_rows:
                continue
            probe = models.fit_probe(vectors[rows], target.select(rows), progress=tick)
            held_out = problem.row_scores(target, validation, probe.predict(vectors[validation]))
            score = float(held_out.mean()) if len(validation) else 0.0
            if score > best[size, seed]:
                best[size, seed], chosen[size, seed], c[size, seed] = score, layer, probe.c
                scores[size, seed] = problem.row_scores(target, test, probe.predict(vectors[test]))
    for size, rows in enumerate(subsets[0]):
        if len(rows) == all_rows:
            scores[size, 1:], chosen[size, 1:], c[size, 1:] = scores[size, 0], chosen[size, 0], c[size, 0]
    return scores, chosen, c


def _layers(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset
) -> Sequence[tuple[int, Lookup]]:
    """Return the accessible layers and their cache lookups; vectors are read on demand."""
    compute = Compute.choose(config.device, config.precision)
    backbone = load(config.backbone)
    features = config.features
    if config.data.text_pair is not None:
        features = features.with_default_encoding(frozen=True)
    encoder = make_encoder(context, backbone, prepared.texts, features, compute)
    if not backbone.info.supports_partial_forward:
        return [(backbone.n_blocks, encoder.last_layer(config.features.pooling))]
    return list(enumerate(encoder.pooled(config.features.pooling)))
