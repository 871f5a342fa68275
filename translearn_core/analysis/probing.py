"""Linear probes: what a linear classifier finds in every layer, before and after fine-tuning."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.analysis.logistic import Problem, fit
from translearn_core.analysis.scoring import FloatArray, IntArray, bootstrap_accuracy, majority_accuracy
from translearn_core.errors import TooFewSamplesError, TrainingError
from translearn_core.results import Interval, ProbeScores

Layers = NDArray[np.floating] | Sequence[NDArray[np.floating]]
"""Pooled features of one variant: (layers, rows, width), or one (rows, width) array a layer."""


def probe_layers(
    features: Mapping[str, Layers],
    labels: IntArray,
    train: IntArray,
    test: IntArray,
    *,
    tfidf: tuple[float, Interval],
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> ProbeScores:
    """Cross-validate a linear classifier on each frozen layer, on training rows, and score it on test rows.

    Multinomial logistic regression with L2 (C = 1) on features standardised by the rows it learns from. The
    folds are the same for every layer and variant. A class with one training row is never seen by the fit
    that is scored on it: the row counts as wrong.

    Parameters
    ----------
    features : mapping of variant to array, shape (layers, rows, width)
        Pooled hidden states, float16 or float32; index 0 is the embedding layer. A layer equal
        to the same layer of an earlier variant is not computed again.
    labels : int array, shape (rows,)
        Class indices from 0.
    train, test : int arrays
        Which rows to learn from and which to report on; without test rows the test scores are NaN.
    tfidf : (float, Interval)
        Test accuracy of the bag-of-words line (see `tfidf_baseline`).
    folds, seed : int
        Parts of the cross-validation, and the seed they are drawn by.
    progress : callable, optional
        Called with layers done (fractions within one) and all layers; may raise to stop.

    Raises
    ------
    TooFewSamplesError
        If there are fewer training rows than folds, or fewer than two classes among them.
    TrainingError
        If features are not finite: the training diverged.

    References
    ----------
    Alain & Bengio (2016), arXiv:1610.01644.
    """
    fold = stratified_folds(labels[train], folds, seed)
    variants = tuple(features)
    depth = len(features[variants[0]])
    cross_validated = np.zeros((len(variants), depth, folds))
    test_scores, low, high = (np.zeros((len(variants), depth)) for _ in range(3))
    total = len(variants) * depth
    for v, variant in enumerate(variants):
        for layer in range(depth):
            done = v * depth + layer
            x = features[variant][layer]
            same = next((u for u in range(v) if _equal(features[variants[u]][layer], x)), None)
            if same is None:
                tick = None if progress is None else lambda share, done=done: progress(done + share, total)
                _check_finite(x, variant, layer)
                cross_validated[v, layer], correct = _probe(x, labels, train, test, fold, tick)
                interval = bootstrap_accuracy(correct)
                test_scores[v, layer] = correct.mean() if len(correct) else np.nan
                low[v, layer], high[v, layer] = interval.low, interval.high
            else:
                for scores in (cross_validated, test_scores, low, high):
                    scores[v, layer] = scores[same, layer]
            if progress:
                progress(done + 1, total)
    return ProbeScores(
        variants,
        cross_validated,
        test_scores,
        low,
        high,
        majority=majority_accuracy(labels[train], labels[test]),
        tfidf=tfidf[0],
        tfidf_interval=tfidf[1],
        n_train=len(train),
        n_test=len(test),
        folds=folds,
        seed=seed,
    )


def stratified_folds(labels: IntArray, folds: int, seed: int) -> IntArray:
    """Deal rows to folds 0 to `folds` - 1 by seed, alike to one row overall and within every class.

    Raises
    ------
    TooFewSamplesError
        If there are fewer rows than folds, or fewer than two classes.
    """
    if len(labels) < folds:
        raise TooFewSamplesError(
            f"{len(labels)} training rows cannot be cut into {folds} folds: use fewer folds or more rows."
        )
    if (classes := len(np.unique(labels))) < 2:
        raise TooFewSamplesError(f"The training rows hold {classes} class: a probe needs at least 2.")
    by_class = np.lexsort((np.random.default_rng(seed).random(len(labels)), labels))
    fold = np.empty(len(labels), dtype=np.int64)
    fold[by_class] = np.arange(len(labels)) % folds
    return fold


def _probe(
    x: NDArray[np.floating],
    labels: IntArray,
    train: IntArray,
    test: IntArray,
    fold: IntArray,
    tick: Callable[[float], None] | None,
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Held-out accuracy of every fold, and which test rows the probe of all training rows gets right."""
    folds = int(fold.max()) + 1
    seen = np.ones((len(train), folds + 1), dtype=np.float32)
    seen[np.arange(len(train)), fold] = 0.0
    learnt, reported = (torch.from_numpy(np.asarray(x[rows], dtype=np.float32)) for rows in (train, test))
    # Each fit standardises by its own rows; this only brings the numbers into single precision's good range.
    deviation, mean = torch.std_mean(learnt, dim=0, correction=0)
    deviation[deviation <= 1e-6 * mean.abs()] = 1.0
    learnt, reported = ((rows - mean) / deviation for rows in (learnt, reported))
    y = torch.from_numpy(labels[train])
    fits = fit(Problem(learnt, y, torch.from_numpy(seen), int(labels.max()) + 1), tick)
    accuracies = np.empty(folds)
    for f in range(folds):
        held = torch.from_numpy(fold == f)
        accuracies[f] = (fits.predict(learnt[held], f) == y[held]).double().mean()
    correct = fits.predict(reported, folds).numpy() == labels[test]
    return accuracies, correct


def _equal(a: NDArray[np.floating], b: NDArray[np.floating]) -> bool:
    return a is b or np.array_equal(a, b)


def _check_finite(x: NDArray[np.floating], variant: str, layer: int) -> None:
    if not np.isfinite(x).all():
        raise TrainingError(
            f"Layer {layer} of the {variant} backbone holds values that are not finite: "
            "the training diverged, train again with a lower learning rate."
        )
