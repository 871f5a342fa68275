"""What needs no training of the backbone, on every number of labels: word counts and a frozen probe.

The rows are those that a run with the same `train_rows` and `rows_seed` is given. Every text passes the
backbone once at most, whatever the number of sizes and draws.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from translearn_core.activations import (
    Compute,
    Encoder,
    Lookup,
    ProgressCallback,
    TextBatchSource,
    no_progress,
)
from translearn_core.analysis import tfidf_logistic_regression
from translearn_core.analysis.probing.logistic_regression import (
    BatchedProblem,
    fit_batched,
    standardise,
    thread_pools,
)
from translearn_core.backbones import load
from translearn_core.config import LabelEfficiencyConfig, Split
from translearn_core.data import PreparedDataset, prepare
from translearn_core.errors import DataError
from translearn_core.results.diagnostics.baselines import FROZEN, WORDS
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.features import found_array
from translearn_core.worker.models import activations

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

UNTRAINED_ARMS = (WORDS, FROZEN)
"""Ways that need no training of the backbone, in the order of `BaselineAnswers.correct`."""

Subset = Sequence[Sequence[IntArray]]
"""Rows to learn from: for every seed one array of row indices a size, each within the next."""

COLUMNS = 500
"""Weight columns side by side at most, as in `analysis.probing`."""


@dataclass(frozen=True)
class BaselineAnswers:
    """What the ways that need no training got right: `correct`, shape (ways, sizes, seeds, test rows).

    `layers`, shape (sizes, seeds), is the layer of each frozen probe.
    """

    names: tuple[str, ...]
    correct: BoolArray = field(compare=False)
    layers: IntArray = field(compare=False)


def fit_label_efficiency_baselines(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset
) -> BaselineAnswers:
    """Learn from every number of labels and draw of them by counting words, and on the frozen backbone."""
    table = load_table(context.store.workspace, config.data.dataset)
    drawn = draw(table, config, prepared, context.report)
    words = _by_words(context, config, prepared, drawn)
    frozen, layers = _frozen(context, config, prepared, drawn)
    return BaselineAnswers(UNTRAINED_ARMS, np.stack([words, frozen]), layers)


def draw(
    table: pd.DataFrame,
    config: LabelEfficiencyConfig,
    prepared: PreparedDataset,
    report: ProgressCallback = no_progress,
) -> Subset:
    """Return the training rows of every seed and size, as indices of `prepared`, shape (size,) each.

    They are found by preparing `table`, as `read` returns it, as a run with those settings does.

    Raises
    ------
    DataError
        If fewer rows are not among more.
    """
    train = prepared.where(Split.TRAIN)
    place = {row: index for index, row in zip(train.tolist(), prepared.rows[train].tolist(), strict=True)}
    found: list[list[IntArray]] = []
    total = len(config.seeds) * len(config.sizes)
    for number, seed in enumerate(config.seeds):
        of_seed: list[IntArray] = []
        for size in config.sizes:
            report("drawing labels", number * len(config.sizes) + len(of_seed), total)
            rows = train
            if size < len(train):
                fewer = config.data.model_copy(update={"train_rows": size, "rows_seed": seed})
                some = prepare(table, fewer)
                rows = np.sort([place[row] for row in some.rows[some.where(Split.TRAIN)].tolist()])
            if of_seed and not np.isin(of_seed[-1], rows).all():
                raise DataError(f"The {size} rows drawn by seed {seed} do not hold the fewer ones before.")
            of_seed.append(rows)
        found.append(of_seed)
    return found


def _by_words(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset, drawn: Subset
) -> BoolArray:
    test, labels = prepared.where(Split.TEST), prepared.labels
    texts = [prepared.texts[i] for i in test]
    shape = len(config.sizes), len(config.seeds)
    correct = np.zeros((*shape, len(test)), dtype=np.bool_)
    all_rows = len(prepared.where(Split.TRAIN))
    done, total = 0, sum(config.sizes) * len(config.seeds)
    for seed, of_seed in enumerate(drawn):
        for size, rows in enumerate(of_seed):
            context.report("counting words", done, total)
            done += len(rows)
            if seed and len(rows) == all_rows:
                correct[size, seed] = correct[size, 0]
                continue
            learnt = [prepared.texts[i] for i in rows]
            _, _, said = tfidf_logistic_regression(
                learnt, labels[rows], texts, labels[test], seed=config.seeds[seed]
            )
            correct[size, seed] = said == labels[test]
    return correct


def _frozen(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset, drawn: Subset
) -> tuple[BoolArray, IntArray]:
    """Probe every layer on every draw, and keep the answers of the layer that is best on validation."""
    held, labels = [prepared.where(split) for split in (Split.VALIDATION, Split.TEST)], prepared.labels
    shape = len(config.sizes), len(config.seeds)
    correct = np.zeros((*shape, len(held[1])), dtype=np.bool_)
    best, chosen = np.full(shape, -1.0), np.zeros(shape, dtype=np.int64)
    layers = _layers(context, config, prepared)
    classes, all_rows = len(prepared.classes), len(prepared.where(Split.TRAIN))
    for number, (layer, kept) in enumerate(layers):
        vectors = found_array(kept)  # one layer at a time in memory
        for seed, of_seed in enumerate(drawn):
            done = number * len(drawn) + seed

            def tick(share: float, done: int = done) -> None:
                context.report("probing layers", done + share, len(layers) * len(drawn))

            sizes = [k for k, rows in enumerate(of_seed) if not seed or len(rows) < all_rows]
            told = _answers(vectors, labels, [of_seed[k] for k in sizes], held, classes, tick)
            for size, (validation, test) in zip(sizes, told, strict=True):
                score = float((validation == labels[held[0]]).mean()) if len(held[0]) else 0.0
                if score > best[size, seed]:
                    best[size, seed], chosen[size, seed] = score, layer
                    correct[size, seed] = test == labels[held[1]]
    for size, rows in enumerate(drawn[0]):
        if len(rows) == all_rows:
            correct[size, 1:], chosen[size, 1:] = correct[size, 0], chosen[size, 0]
    return correct, chosen


def _layers(
    context: Context, config: LabelEfficiencyConfig, prepared: PreparedDataset
) -> Sequence[tuple[int, Lookup]]:
    """Return the layers that can be looked at, each of which reads its vectors when it is asked."""
    compute = Compute.choose(config.device, config.precision)
    backbone = load(config.backbone)
    texts = TextBatchSource(list(prepared.texts), backbone.tokenizer, config.features.token_limit)
    nn.Module.to(backbone.model, compute.device)
    encoder = Encoder(backbone, texts, compute, activations(context), context.report)
    if not backbone.anatomy.supports_partial_forward:
        return [(backbone.n_blocks, encoder.top(config.features.pooling))]
    return list(enumerate(encoder.pooled(config.features.pooling)))


def _answers(
    vectors: NDArray[np.floating],
    labels: IntArray,
    draws: Sequence[IntArray],
    held: Sequence[IntArray],
    classes: int,
    tick: Callable[[float], None],
) -> Iterator[list[IntArray]]:
    """Yield for each of the nested `draws` what logistic regression on it says of the rows held out.

    Every fit standardises by the rows it learns from (L2, C = 1).
    """
    most = draws[-1]
    learnt, *asked = standardise(vectors[most], *(vectors[rows] for rows in held))
    seen = np.stack([np.isin(most, rows) for rows in draws], axis=1).astype(np.float32)
    y = torch.from_numpy(labels[most])[:, None]
    together = max(1, COLUMNS // classes)
    with thread_pools(1) as (pool,):
        for start in range(0, len(draws), together):
            parts = torch.from_numpy(np.ascontiguousarray(seen[:, start : start + together]))

            def part_done(share: float, start: int = start) -> None:
                tick(min(1.0, (start + share * together) / len(draws)))

            fits = fit_batched(BatchedProblem(learnt, y, parts, classes), pool, part_done)
            for part in range(parts.shape[1]):
                yield [fits.predict(rows, 0, part).numpy() for rows in asked]
