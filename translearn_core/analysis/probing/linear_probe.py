"""Linear probing: cross-validated linear classifiers on every layer."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.metrics import IntArray, majority_accuracy
from translearn_core.analysis.probing.cross_validation import seen_control_type, stratified_folds
from translearn_core.analysis.probing.logistic_regression import (
    BatchedProblem,
    fit_batched,
    standardise,
    thread_pools,
)
from translearn_core.errors import Stopped, TrainingError
from translearn_core.results import Estimate, ProbeScores

Layers = NDArray[np.floating] | Sequence[NDArray[np.floating]]
"""Pooled features of one variant: (layers, rows, width), or one (rows, width) array per layer."""
BoolArray = NDArray[np.bool_]
_Scores = TypeVar("_Scores")
_Progress = Callable[[float], None]
"""Called with the share done."""

COLUMNS = 500
"""Maximum weight columns per batch: more do not speed up the products but enlarge the L-BFGS memory.

For the same reason layers are not batched, but run in threads.
"""


def probe_layers(
    features: Mapping[str, Layers],
    labels: IntArray,
    train: IntArray,
    test: IntArray,
    *,
    tfidf: Estimate,
    controls: IntArray | None = None,
    control_types: IntArray | None = None,
    groups: IntArray | None = None,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> ProbeScores:
    """Cross-validate a linear classifier per frozen layer on training rows, and score it on test rows.

    Multinomial logistic regression with L2 (C = 1) on features standardised by its training rows. The folds
    are the same for every layer, variant and control. A class with one training row is absent from the fit
    scored on it: the row counts as wrong.

    Parameters
    ----------
    features : mapping of variant to array, shape (layers, rows, width)
        Pooled hidden states, float16 or float32; index 0 is the embedding layer. A layer equal
        to the same layer of an earlier variant is computed once.
    labels : int array, shape (rows,)
        Class indices from 0.
    train, test : int arrays
        Row indices; without test rows the test scores are NaN.
    tfidf : Estimate
        Test accuracy of the TF-IDF baseline (see `tfidf_logistic_regression`).
    controls : int array, shape (controls, rows), optional
        Control-task labels of the same rows, which measure the capacity of the probe. Their scores are the
        fields of the result that start with `control`.
    control_types : int array, shape (rows,), optional
        Word type of each row (see `word_types`). Controls are then scored only on rows whose type occurs in
        the training rows of the probe: the label of an unseen type is unpredictable, so such rows would make
        every layer look selective. NaN where no row is left.
    groups : int array, shape (rows,), optional
        Rows with equal numbers stay in one fold (see `stratified_folds`).
    folds, seed : int
        Of the cross-validation.
    progress : callable, optional
        Called in the caller's thread with layers done (with fractions) and all layers to be computed; may
        raise to stop.

    Raises
    ------
    TooFewSamplesError
        If there are fewer training rows than folds, or fewer than two classes among them.
    TrainingError
        If features are not finite: the training diverged.

    References
    ----------
    Alain & Bengio (2016), arXiv:1610.01644; Hewitt & Liang (2019), arXiv:1909.03368, for the controls.
    """
    fold = stratified_folds(labels[train], folds, seed, None if groups is None else groups[train])
    targets = labels[None] if controls is None else np.concatenate([labels[None], controls])
    types = np.zeros_like(labels) if control_types is None else control_types
    known_type = seen_control_type(types[train], fold), np.isin(types[test], types[train])
    majorities = [majority_accuracy(y[train], y[test][known_type[1]]) for y in targets[1:]]
    variants, depth = tuple(features), len(next(iter(features.values())))
    source = {
        (v, layer): _first_equal(features, v, layer) for v in range(len(variants)) for layer in range(depth)
    }
    computed = sorted(set(source.values()))
    for v, layer in computed:
        _check_finite(features[variants[v]][layer], variants[v], layer)
    batch = max(1, COLUMNS // ((folds + 1) * (int(targets.max()) + 1)))
    jobs = [
        (v, layer, slice(start, start + batch))
        for v, layer in computed
        for start in range(0, len(targets), batch)
    ]

    def work(job: tuple[int, int, slice], rows: Executor, tick: _Progress) -> tuple[BoolArray, BoolArray]:
        v, layer, block = job
        return _probe(features[variants[v]][layer], targets[block], train, test, fold, rows, tick)

    cross_validated = np.empty((len(targets), len(variants), depth, folds))
    test_scores, low, high = (np.empty((len(targets), len(variants), depth)) for _ in range(3))
    with thread_pools(2) as (rows, layers):  # one pool would deadlock: layers wait for rows
        results = _in_parallel(
            layers,
            [partial(work, job, rows) for job in jobs],
            lambda done: progress and progress(done * len(computed) / len(jobs), len(computed)),
        )
    for (v, layer, block), result in zip(jobs, results, strict=True):
        for k, held_out, correct in zip(range(len(targets))[block], *result, strict=True):
            in_train, in_test = (np.ones_like(rows) for rows in known_type) if k == 0 else known_type
            at = k, v, layer
            cross_validated[at] = [_mean(held_out[in_train & (fold == f)]) for f in range(folds)]
            score = row_score_interval(correct[in_test])
            test_scores[at], low[at], high[at] = score.value, score.low, score.high
    for cell, first in source.items():
        for scores in (cross_validated, test_scores, low, high):
            scores[:, *cell] = scores[:, *first]
    return ProbeScores(
        variants,
        cross_validated[0],
        test_scores[0],
        low[0],
        high[0],
        majority=majority_accuracy(labels[train], labels[test]),
        tfidf=tfidf,
        n_train=len(train),
        n_test=len(test),
        folds=folds,
        seed=seed,
        control_cross_validated=cross_validated[1:],
        control_test=test_scores[1:],
        control_low=low[1:],
        control_high=high[1:],
        control_majority=np.array(majorities),
    )


def _mean(correct: BoolArray) -> float:
    return float(correct.mean()) if len(correct) else float("nan")


def _probe(
    x: NDArray[np.floating],
    targets: IntArray,
    train: IntArray,
    test: IntArray,
    fold: IntArray,
    pool: Executor,
    tick: _Progress,
) -> tuple[BoolArray, BoolArray]:
    """Probe one layer for one or more labellings, shape (targets, rows).

    Returns which training rows the probe of the other folds predicts correctly, shape (targets, training
    rows), and which test rows the probe of all training rows does, shape (targets, test rows).
    """
    folds = int(fold.max()) + 1
    seen = np.ones((len(train), folds + 1), dtype=np.float32)
    seen[np.arange(len(train)), fold] = 0.0
    x_train, x_test = standardise(x[train], x[test])
    y = np.ascontiguousarray(targets[:, train].T)
    problem = BatchedProblem(x_train, torch.from_numpy(y), torch.from_numpy(seen), int(targets.max()) + 1)
    fits = fit_batched(problem, pool, tick)
    held_out = np.empty((len(targets), len(train)), dtype=np.bool_)
    for k, f in np.ndindex(len(targets), folds):
        rows = fold == f
        held_out[k, rows] = fits.predict(x_train[rows], k, f).numpy() == y[rows, k]
    correct = [fits.predict(x_test, k, folds).numpy() == targets[k, test] for k in range(len(targets))]
    return held_out, np.stack(correct)


def _in_parallel(
    pool: ThreadPoolExecutor, jobs: Sequence[Callable[[_Progress], _Scores]], progress: _Progress
) -> list[_Scores]:
    """Run jobs in the pool; `progress` is called in this thread with the number done and may raise to stop.

    Jobs report their share by `tick`, which raises `Stopped` after a stop.
    """
    updates: SimpleQueue[tuple[int, float]] = SimpleQueue()
    stopped = Event()

    def work(index: int) -> _Scores:
        def tick(share: float) -> None:
            if stopped.is_set():
                raise Stopped
            updates.put((index, share))

        try:
            return jobs[index](tick)
        finally:
            updates.put((index, 1.0))

    futures = [pool.submit(work, index) for index in range(len(jobs))]
    shares = [0.0] * len(jobs)
    try:
        while min(shares) < 1.0:
            index, share = updates.get()
            shares[index] = share
            if share == 1.0:
                futures[index].result()
            progress(sum(shares))
    finally:
        stopped.set()
        pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def _first_equal(features: Mapping[str, Layers], v: int, layer: int) -> tuple[int, int]:
    """Return the first variant whose layer equals that of variant `v`, and the layer."""
    variants = list(features.values())
    x = variants[v][layer]
    first = (u for u in range(v) if variants[u][layer] is x or np.array_equal(variants[u][layer], x))
    return next(first, v), layer


def _check_finite(x: NDArray[np.floating], variant: str, layer: int) -> None:
    if not np.isfinite(x).all():
        raise TrainingError(
            f"Layer {layer} of the {variant} backbone holds values that are not finite: the training "
            "diverged, train again with a lower learning rate."
        )
