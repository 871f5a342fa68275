"""Label-efficiency baselines: TF-IDF, frozen probe and prototypes at every number of labels and seed.

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
from translearn_core.analysis.few_labels.prototypes import Prototypes
from translearn_core.analysis.linear_models import LINEAR_MODELS, Probe
from translearn_core.backbones import load
from translearn_core.backbones.entailment import entailment_index
from translearn_core.config import Split
from translearn_core.config.few_labels.zero_shot import DescriptionConfig
from translearn_core.data import PreparedDataset, prepare
from translearn_core.errors import DataError
from translearn_core.jobs import ZERO_SHOT, LabelEfficiencyConfig
from translearn_core.jobs.spec import CLASSES
from translearn_core.results.diagnostics.baselines import FROZEN, PROTOTYPES, WORDS
from translearn_core.tasks import Target
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_versions
from translearn_core.worker.diagnostics.few_labels.zero_shot import (
    description_similarities,
    entailment_logits,
)
from translearn_core.worker.features import feature_array, layer_lookups

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
RowScores = NDArray[np.float32]
Vectors = NDArray[np.floating]

UNTRAINED_ARMS = (WORDS, FROZEN)
"""Arms without training of the backbone, in the order of `BaselineAnswers.row_scores`."""
CLASS_ARMS = (*UNTRAINED_ARMS, PROTOTYPES)
"""Those of targets that are classes."""

NO_ROWS: RowScores = np.zeros(0, dtype=np.float32)
"""Scores of a baseline that does not exist."""

Subset = Sequence[Sequence[IntArray]]
"""Training rows: for each seed one array of row indices per size, each a subset of the next."""


@dataclass(frozen=True)
class BaselineAnswers:
    """Scores of the test rows by the baselines: `row_scores`, float32, (arms, sizes, seeds, test rows).

    `layers` and `c`, shape (sizes, seeds), are the layer and the strength of each frozen probe. `zero_shot`,
    shape (test rows,), are the scores without labels by the nearest description, `entailment` those of an NLI
    model; no rows where classes cannot be described, or the backbone is no such model.
    """

    names: tuple[str, ...]
    row_scores: RowScores = field(compare=False)
    zero_shot: RowScores = field(compare=False)
    layers: IntArray = field(compare=False)
    c: FloatArray = field(compare=False)
    entailment: RowScores = field(default_factory=lambda: NO_ROWS, compare=False)


def fit_label_efficiency_baselines(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset
) -> BaselineAnswers:
    """Fit TF-IDF, the frozen probe and prototypes for every number of labels and seed."""
    versions = load_versions(context.store.workspace, config.data.dataset)
    subsets = draw_subsets(versions, config, prepared, context.report)
    words = _tfidf(context, config, prepared, subsets)
    probes, prototypes = _frozen_models(context, config, prepared, subsets)
    arms = [words, probes.scores, *(prototypes.scores,) * (config.data.problem in CLASSES)]
    names = CLASS_ARMS[: len(arms)]
    without_labels = _zero_shot(context, config, prepared), _entailment(context, config, prepared)
    return BaselineAnswers(
        names, np.stack(arms), without_labels[0], probes.layers, probes.c, without_labels[1]
    )


def draw_subsets(
    versions: tuple[pd.DataFrame, Sequence[pd.DataFrame]],
    config: LabelEfficiencyConfig,
    prepared: PreparedDataset,
    report: ProgressCallback = no_progress,
) -> Subset:
    """Return the training rows of every seed and size, as indices of `prepared`, shape (size,) each.

    The first of `versions`, a table and those whose split it keeps, is prepared with the settings of the
    corresponding runs.

    Raises
    ------
    DataError
        If a smaller subset is not contained in a larger one.
    """
    table, earlier = versions
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
                subset = prepare(table, fewer, earlier=earlier)
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


@dataclass(frozen=True, eq=False)
class _Models:
    """Models of one kind on frozen layers: of each size and seed the one that is best on validation rows.

    Test scores, float32, (sizes, seeds, test rows); validation scores, layers and strengths, (sizes, seeds).
    """

    scores: RowScores
    validation: FloatArray
    layers: IntArray
    c: FloatArray

    @classmethod
    def empty(cls, sizes: int, seeds: int, n_test: int) -> "_Models":
        shape = sizes, seeds
        scores = np.zeros((*shape, n_test), dtype=np.float32)
        return cls(scores, np.full(shape, -np.inf), np.zeros(shape, np.int64), np.full(shape, np.nan))

    def offer(self, at: tuple[int, int], layer: int, probe: Probe, rows: "_HeldOut", x: Vectors) -> None:
        """Take a model of a layer if none below is as good on the validation rows."""
        score = rows.validation_score(probe, x)
        if score > self.validation[at]:
            self.validation[at], self.layers[at], self.c[at] = score, layer, probe.c
            self.scores[at] = rows.test_scores(probe, x)

    def repeat_first_seed(self, size: int) -> None:
        """Take the first seed's model for all seeds, as where all rows train."""
        for values in (self.scores, self.layers, self.c):
            values[size, 1:] = values[size, 0]


@dataclass(frozen=True, eq=False)
class _HeldOut:
    """Validation and test rows of a table."""

    prepared: PreparedDataset

    def validation_score(self, probe: Probe, x: Vectors) -> float:
        rows = self.prepared.split_indices(Split.VALIDATION)
        return float(self._scores(probe, x, rows).mean()) if len(rows) else 0.0

    def test_scores(self, probe: Probe, x: Vectors) -> FloatArray:
        return self._scores(probe, x, self.prepared.split_indices(Split.TEST))

    def _scores(self, probe: Probe, x: Vectors, rows: IntArray) -> FloatArray:
        prepared = self.prepared
        return np.asarray(prepared.problem.row_scores(prepared.target, rows, probe.predict(x[rows])))


def _frozen_models(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset, subsets: Subset
) -> tuple[_Models, _Models]:
    """Fit a linear probe and prototypes to every layer and subset; the latter only to classes.

    The layer that is best on validation rows is scored on test. C is chosen on the rows of each subset;
    `LinearProbe.fit` says how with one row of a class.
    """
    held_out, target = _HeldOut(prepared), prepared.target
    models, prototypical = LINEAR_MODELS[target.problem], target.problem in CLASSES
    n_test, all_rows = (len(prepared.split_indices(split)) for split in (Split.TEST, Split.TRAIN))
    probes, means = (_Models.empty(len(config.sizes), len(config.seeds), n_test) for _ in range(2))
    layers = _layers(context, config, prepared)
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
            some = target.select(rows)
            probes.offer(
                (size, seed), layer, models.fit_probe(vectors[rows], some, progress=tick), held_out, vectors
            )
            if prototypical:
                means.offer((size, seed), layer, fit_prototypes(vectors[rows], some), held_out, vectors)
    for size, rows in enumerate(subsets[0]):
        if len(rows) == all_rows:
            probes.repeat_first_seed(size)
            means.repeat_first_seed(size)
    return probes, means


def fit_prototypes(x: Vectors, target: Target) -> Probe:
    """Return the class means of features, shape (rows, width), as a model whose outputs are similarities."""
    means = Prototypes.fit(x, np.asarray(target.values, dtype=np.int64), target.n_outputs)
    return Probe(float("nan"), means.similarities)


def _zero_shot(context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset) -> RowScores:
    """Return the test scores of the nearest description; no rows where classes cannot be described."""
    if not _describes_classes(config):
        return NO_ROWS
    compute = Compute.choose(config.device, config.precision)
    sentences = DescriptionConfig().sentences(prepared.classes)
    similarities = description_similarities(
        context, load(config.backbone), config.features, compute, prepared, sentences, 0
    )
    test = prepared.split_indices(Split.TEST)
    return np.asarray(prepared.problem.row_scores(prepared.target, test, similarities.of_chosen), np.float32)


def _entailment(context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset) -> RowScores:
    """Return the test scores of the description that a text entails most; no rows without an NLI model."""
    if not _describes_classes(config) or entailment_index(config.backbone) is None:
        return NO_ROWS
    test = prepared.split_indices(Split.TEST)
    sentences = DescriptionConfig().sentences(prepared.classes)
    logits = entailment_logits(context, config, [str(prepared.texts[i]) for i in test], sentences)
    return np.asarray(prepared.problem.row_scores(prepared.target, test, logits), np.float32)


def _describes_classes(config: LabelEfficiencyConfig) -> bool:
    """Whether texts can be compared with descriptions of their classes."""
    return not ZERO_SHOT.unsupported(config) and config.data.text_pair is None


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
    return list(layer_lookups(encoder, backbone.info, config.features.pooling).items())
