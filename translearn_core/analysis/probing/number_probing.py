"""Ridge probes of a number on every layer: the counterpart of `layer_probing` for regression.

Scores are Pearson correlations. The folds are the same for every layer, variant and control, and also choose
the penalty, once per layer and target (see `Ridge`); test rows have no part in it.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.probing.control_tasks import seen_control_type
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_map import Layers, map_layers
from translearn_core.analysis.probing.linear_probe import BoolArray, FloatArray, IntArray, Progress
from translearn_core.analysis.probing.ridge import Ridge
from translearn_core.results import Estimate, ProbeScores
from translearn_core.tasks.numbers.metrics import pearson, pearson_interval
from translearn_core.tasks.numbers.regression import PEARSON

N_SINGLE = 4
"""Scores of a probe before those of its folds: C, test score, low and high end of its interval."""


def probe_number_layers(
    features: Mapping[str, Layers],
    values: FloatArray,
    train: IntArray,
    test: IntArray,
    *,
    tfidf: Estimate,
    strata: IntArray,
    controls: FloatArray | None = None,
    control_types: IntArray | None = None,
    groups: IntArray | None = None,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> ProbeScores:
    """Cross-validate ridge regression per frozen layer on training rows, and score it on test rows.

    Parameters
    ----------
    features : mapping of variant to array, shape (layers, rows, width)
        Pooled hidden states; index 0 is the embedding layer (see `map_layers`).
    values : float array, shape (rows,)
    train, test : int arrays
        Row indices.
    tfidf : Estimate
        Test correlation of the TF-IDF baseline.
    strata : int array, shape (rows,)
        Strata of the folds.
    controls, control_types : arrays, shapes (controls, rows) and (rows,), optional
        Random numbers per word type, and the type of each row (see `control_labels`). They count only on rows
        whose type is seen in training.
    groups, folds, seed, progress
        As for `probe_layers`.

    Raises
    ------
    TooFewSamplesError
        If there are fewer training rows than folds.
    TrainingError
        If features are not finite: the training diverged.
    """
    fold = stratified_folds(strata[train], folds, seed, None if groups is None else groups[train])
    targets = values[None] if controls is None else np.concatenate([values[None], controls])
    types = np.zeros(len(values), dtype=np.int64) if control_types is None else control_types
    counted = np.ones((len(targets), len(values)), dtype=bool)
    counted[1:, train] = seen_control_type(types[train], fold)
    counted[1:, test] = np.isin(types[test], types[train])
    function = partial(_score_layer, targets, counted, train, test, fold)
    scores = np.empty((len(targets), len(features), len(next(iter(features.values()))), N_SINGLE + folds))
    for (variant, layer), (result,) in map_layers(features, [function], progress).items():
        scores[:, variant, layer] = result
    c, on_test, low, high = np.moveaxis(scores[..., :N_SINGLE], -1, 0)
    cross_validated = scores[..., N_SINGLE:]
    return ProbeScores(
        tuple(features), cross_validated[0], on_test[0], low[0], high[0], c[0],
        majority=0.0, tfidf=tfidf, n_train=len(train), n_test=len(test), folds=folds, seed=seed,
        control_cross_validated=cross_validated[1:], control_test=on_test[1:], control_low=low[1:],
        control_high=high[1:], control_c=c[1:], control_majority=np.zeros(len(targets) - 1), metric=PEARSON,
    )  # fmt: skip


def _score_layer(
    targets: FloatArray,
    counted: BoolArray,
    train: IntArray,
    test: IntArray,
    fold: IntArray,
    x: NDArray[np.floating],
    pool: Executor,
    tick: Progress,
) -> FloatArray:
    """Probe one layer for every target, shape (targets, scores)."""
    del pool
    scores = []
    for done, (y, rows) in enumerate(zip(targets, counted, strict=True)):
        tick(done / len(targets))
        ridge = Ridge.fit(x[train], y[train], fold)
        tested = test[rows[test]]
        score = pearson_interval(y[tested], ridge.predict(x[tested]))
        parts = [rows[train] & (fold == f) for f in range(int(fold.max()) + 1)]
        by_fold = [pearson(y[train][part], ridge.held_out[part]) for part in parts]
        scores.append([1 / ridge.penalty, score.value, score.low, score.high, *by_fold])
    return np.array(scores)
