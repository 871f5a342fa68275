"""Linear probes: what a linear classifier finds in every layer, before and after fine-tuning."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.analysis.metrics import IntArray, bootstrap_accuracy, majority_accuracy
from translearn_core.analysis.probing.cross_validation import seen_control_type, stratified_folds
from translearn_core.analysis.probing.logistic_regression import (
    BatchedProblem,
    fit_batched,
    standardise,
    thread_pools,
)
from translearn_core.errors import Stopped, TrainingError
from translearn_core.results import Interval, ProbeScores

Layers = NDArray[np.floating] | Sequence[NDArray[np.floating]]
"""Pooled features of one variant: (layers, rows, width), or one (rows, width) array a layer."""
BoolArray = NDArray[np.bool_]
_Scores = TypeVar("_Scores")
_Progress = Callable[[float], None]
"""Told the share done."""

COLUMNS = 500
"""Weight columns side by side at most: more make no product faster and every L-BFGS memory larger.

For the same reason layers are not batched: they are worked on next to each other, one in a thread.
"""


def probe_layers(
    features: Mapping[str, Layers],
    labels: IntArray,
    train: IntArray,
    test: IntArray,
    *,
    tfidf: tuple[float, Interval],
    controls: IntArray | None = None,
    control_types: IntArray | None = None,
    groups: IntArray | None = None,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> ProbeScores:
    """Cross-validate a linear classifier on each frozen layer, on training rows, and score it on test rows.

    Multinomial logistic regression with L2 (C = 1) on features standardised by the rows it learns from. The
    folds are the same for every layer, variant and control. A class with one training row is never seen by
    the fit that is scored on it: the row counts as wrong.

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
        Test accuracy of the bag-of-words line (see `tfidf_logistic_regression`).
    controls : int array, shape (controls, rows), optional
        Other class indices for the same rows, learnt from the same features: what a probe reaches by its own
        capacity. Their scores are the fields of the result that start with `control`.
    control_types : int array, shape (rows,), optional
        What each row's control label was drawn for (see `word_types`). A control is then scored only on rows
        whose type is among the rows its probe learns from: held-out rows against the other folds, test rows
        against all training rows. No probe could know the label of a type it never saw, so such rows would
        make every layer look selective. NaN where no row is left.
    groups : int array, shape (rows,), optional
        Rows with equal numbers stay in one fold (see `stratified_folds`).
    folds, seed : int
        Parts of the cross-validation, and the seed they are drawn by.
    progress : callable, optional
        Called with layers done (fractions within one) and all layers to be computed, in the thread of the
        caller; may raise to stop.

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
    ways = labels[None] if controls is None else np.concatenate([labels[None], controls])
    types = np.zeros_like(labels) if control_types is None else control_types
    asked = seen_control_type(types[train], fold), np.isin(types[test], types[train])
    majorities = [majority_accuracy(way[train], way[test][asked[1]]) for way in ways[1:]]
    variants, depth = tuple(features), len(next(iter(features.values())))
    source = {
        (v, layer): _first_equal(features, v, layer) for v in range(len(variants)) for layer in range(depth)
    }
    computed = sorted(set(source.values()))
    for v, layer in computed:
        _check_finite(features[variants[v]][layer], variants[v], layer)
    together = max(1, COLUMNS // ((folds + 1) * (int(ways.max()) + 1)))
    jobs = [
        (v, layer, slice(start, start + together))
        for v, layer in computed
        for start in range(0, len(ways), together)
    ]

    def work(job: tuple[int, int, slice], rows: Executor, tick: _Progress) -> tuple[BoolArray, BoolArray]:
        v, layer, some = job
        return _probe(features[variants[v]][layer], ways[some], train, test, fold, rows, tick)

    cross_validated = np.empty((len(ways), len(variants), depth, folds))
    test_scores, low, high = (np.empty((len(ways), len(variants), depth)) for _ in range(3))
    with thread_pools(2) as (rows, layers):  # in one pool layers would wait for rows that wait for a thread
        found = _in_parallel(
            layers,
            [partial(work, job, rows) for job in jobs],
            lambda done: progress and progress(done * len(computed) / len(jobs), len(computed)),
        )
    for (v, layer, some), held_and_tested in zip(jobs, found, strict=True):
        for way, held_out, correct in zip(range(len(ways))[some], *held_and_tested, strict=True):
            held, reported = (np.ones_like(rows) for rows in asked) if way == 0 else asked
            at = way, v, layer
            cross_validated[at] = [_mean(held_out[held & (fold == f)]) for f in range(folds)]
            test_scores[at], interval = _mean(correct[reported]), bootstrap_accuracy(correct[reported])
            low[at], high[at] = interval.low, interval.high
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
        tfidf=tfidf[0],
        tfidf_interval=tfidf[1],
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
    ways: IntArray,
    train: IntArray,
    test: IntArray,
    fold: IntArray,
    pool: Executor,
    tick: _Progress,
) -> tuple[BoolArray, BoolArray]:
    """Probe one layer for labels given in one or more ways, shape (ways, rows).

    Returns which training rows the probe of the other folds gets right, shape (ways, training rows), and
    which test rows that of all training rows, shape (ways, test rows).
    """
    folds = int(fold.max()) + 1
    seen = np.ones((len(train), folds + 1), dtype=np.float32)
    seen[np.arange(len(train)), fold] = 0.0
    learnt, reported = standardise(x[train], x[test])
    y = np.ascontiguousarray(ways[:, train].T)
    problem = BatchedProblem(learnt, torch.from_numpy(y), torch.from_numpy(seen), int(ways.max()) + 1)
    fits = fit_batched(problem, pool, tick)
    held_out = np.empty((len(ways), len(train)), dtype=np.bool_)
    for way, f in np.ndindex(len(ways), folds):
        held = fold == f
        held_out[way, held] = fits.predict(learnt[held], way, f).numpy() == y[held, way]
    correct = [fits.predict(reported, way, folds).numpy() == ways[way, test] for way in range(len(ways))]
    return held_out, np.stack(correct)


def _in_parallel(
    pool: ThreadPoolExecutor, jobs: Sequence[Callable[[_Progress], _Scores]], progress: _Progress
) -> list[_Scores]:
    """Run jobs in the threads of the pool; `progress` hears in this thread how many are done, and may stop.

    Jobs tick their own share; one whose tick comes after a stop is stopped too.
    """
    news: SimpleQueue[tuple[int, float]] = SimpleQueue()
    halted = Event()

    def work(place: int) -> _Scores:
        def tick(share: float) -> None:
            if halted.is_set():
                raise Stopped
            news.put((place, share))

        try:
            return jobs[place](tick)
        finally:
            news.put((place, 1.0))

    running = [pool.submit(work, place) for place in range(len(jobs))]
    shares = [0.0] * len(jobs)
    try:
        while min(shares) < 1.0:
            place, share = news.get()
            shares[place] = share
            if share == 1.0:
                running[place].result()
            progress(sum(shares))
    finally:
        halted.set()
        pool.shutdown(cancel_futures=True)
    return [job.result() for job in running]


def _first_equal(features: Mapping[str, Layers], v: int, layer: int) -> tuple[int, int]:
    """Find the first variant whose layer is that of variant `v`, and say it with the layer."""
    named = list(features.values())
    x = named[v][layer]
    first = (u for u in range(v) if named[u][layer] is x or np.array_equal(named[u][layer], x))
    return next(first, v), layer


def _check_finite(x: NDArray[np.floating], variant: str, layer: int) -> None:
    if not np.isfinite(x).all():
        raise TrainingError(
            f"Layer {layer} of the {variant} backbone holds values that are not finite: the training "
            "diverged, train again with a lower learning rate."
        )
