"""One-vs-rest probes of several labels on every layer: the counterpart of `layer_probing`.

Scores are macro-F1 at thresholds chosen on held-out training rows. The folds are the same for every layer,
variant and control, and also choose C, once per layer and label; test rows have no part in it.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.probing.control_tasks import seen_control_type
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_map import Layers, map_layers
from translearn_core.analysis.probing.layer_probing import COLUMNS
from translearn_core.analysis.probing.linear_probe import FloatArray, IntArray, LinearProbe, Progress
from translearn_core.analysis.probing.one_vs_rest import Mask, geometric_mean
from translearn_core.results import Estimate, ProbeScores
from translearn_core.results.labels.label_counts import LabelCounts
from translearn_core.results.metric import MACRO_F1
from translearn_core.tasks.label_sets.metrics import choose_thresholds, macro_f1_interval

N_SINGLE = 4
"""Scores of a probe before those of its folds: C, test score, low and high end of its interval."""


def probe_label_layers(
    features: Mapping[str, Layers],
    labels: Mask,
    train: IntArray,
    test: IntArray,
    *,
    tfidf: Estimate,
    strata: IntArray,
    constants: FloatArray,
    controls: Mask | None = None,
    control_types: IntArray | None = None,
    groups: IntArray | None = None,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> ProbeScores:
    """Cross-validate a one-vs-rest probe per frozen layer on training rows, and score it on test rows.

    Parameters
    ----------
    features : mapping of variant to array, shape (layers, rows, width)
        Pooled hidden states; index 0 is the embedding layer (see `map_layers`).
    labels : bool array, shape (rows, labels)
    train, test : int arrays
        Row indices.
    tfidf : Estimate
        Test macro-F1 of the TF-IDF baseline.
    strata : int array, shape (rows,)
        Strata of the folds.
    constants : float array, shape (1 + controls,)
        Test macro-F1 of the constant prediction, of the labels and of each control.
    controls, control_types : arrays, shapes (controls, rows, labels) and (rows,), optional
        Random sets of labels per word type, and the type of each row (see `control_labels`). They count only
        on rows whose type is seen in training.
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
    targets = labels[None] if controls is None else np.concatenate([labels[None], controls])
    types = np.zeros(len(labels), dtype=np.int64) if control_types is None else control_types
    counted = np.ones((len(targets), len(labels)), dtype=bool)
    counted[1:, train] = seen_control_type(types[train], fold)
    counted[1:, test] = np.isin(types[test], types[train])
    function = partial(_score_layer, targets, counted, train, test, fold, seed)
    scores = np.empty((len(targets), len(features), len(next(iter(features.values()))), N_SINGLE + folds))
    for (variant, layer), (result,) in map_layers(features, [function], progress).items():
        scores[:, variant, layer] = result
    c, on_test, low, high = np.moveaxis(scores[..., :N_SINGLE], -1, 0)
    cross_validated = scores[..., N_SINGLE:]
    return ProbeScores(
        tuple(features), cross_validated[0], on_test[0], low[0], high[0], c[0],
        majority=float(constants[0]), tfidf=tfidf,
        n_train=len(train), n_test=len(test), folds=folds, seed=seed,
        control_cross_validated=cross_validated[1:], control_test=on_test[1:], control_low=low[1:],
        control_high=high[1:], control_c=c[1:], control_majority=constants[1:], metric=MACRO_F1,
    )  # fmt: skip


def _score_layer(
    targets: Mask,
    counted: NDArray[np.bool_],
    train: IntArray,
    test: IntArray,
    fold: IntArray,
    seed: int,
    x: NDArray[np.floating],
    pool: Executor,
    tick: Progress,
) -> FloatArray:
    """Probe one layer for every target, shape (targets, scores)."""
    scores = []
    for done, (labels, rows) in enumerate(zip(targets, counted, strict=True)):

        def report(share: float, done: int = done) -> None:
            tick((done + share) / len(targets))

        c, held_out, tested = fit_labels(x, labels, rows, train, test, fold, pool, report)
        seen, kept = rows[train], rows[test]
        thresholds = choose_thresholds(labels[train][seen], held_out[seen])
        score = macro_f1_interval(labels[test][kept], tested[kept] >= thresholds, seed=seed)
        right = held_out >= thresholds
        parts = [seen & (fold == f) for f in range(int(fold.max()) + 1)]
        by_fold = [LabelCounts.of(labels[train][part], right[part]).macro_f1 for part in parts]
        scores.append([c, score.value, score.low, score.high, *by_fold])
    return np.array(scores)


def fit_labels(
    x: NDArray[np.floating],
    labels: Mask,
    rows: NDArray[np.bool_],
    train: IntArray,
    test: IntArray,
    fold: IntArray,
    pool: Executor,
    tick: Progress,
) -> tuple[float, FloatArray, FloatArray]:
    """Fit each label; return the mean C, and probabilities of training rows, held out, and of test rows.

    `rows` marks those that count in the choice of C; the rest is as for `probe_label_layers`.
    """
    count, folds = labels.shape[1], int(fold.max()) + 1
    held_out, tested = np.zeros((len(train), count)), np.zeros((len(test), count))
    c, batch = np.empty(count), max(1, COLUMNS // (2 * (folds + 1)))
    for start in range(0, count, batch):
        chosen = list(range(start, min(start + batch, count)))
        y = labels[train][:, chosen].T.astype(np.int64)
        scored = np.broadcast_to(rows[train], y.shape)

        def report(share: float, start: int = start, n: int = len(chosen)) -> None:
            tick((start + share * n) / count)

        probe = LinearProbe.fit(x[train], y, fold, scored=scored, pool=pool, progress=report)
        c[chosen] = probe.c
        for k, label in enumerate(chosen):
            if y[k].any():  # a label without training rows is never predicted
                held_out[:, label] = probe.held_out_proba(k)[:, 1]
                tested[:, label] = probe.predict_proba(x[test], k)[:, 1]
    return geometric_mean(c), held_out, tested
