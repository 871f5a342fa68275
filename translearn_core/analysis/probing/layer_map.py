"""Map functions over the layers of one or more variants of a backbone, in threads."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.probing.linear_probe import Progress
from translearn_core.analysis.probing.logistic_regression import thread_pools
from translearn_core.errors import Stopped, TrainingError

Layers = NDArray[np.floating] | Sequence[NDArray[np.floating]]
"""Pooled features of one variant: (layers, rows, width), or one (rows, width) array per layer."""
T = TypeVar("T")

LayerFunction = Callable[[NDArray[np.floating], Executor, Progress], T]
"""Function of the features of a layer, a thread pool for its products, and a callback for the share done."""


def map_layers(
    features: Mapping[str, Layers],
    functions: Sequence[LayerFunction[T]],
    progress: Callable[[float, float], None] | None = None,
) -> dict[tuple[int, int], list[T]]:
    """Return the results of all functions for each variant and layer, by their indices.

    A layer equal to the same layer of an earlier variant is computed once.

    Parameters
    ----------
    features : mapping of variant to array, shape (layers, rows, width)
    functions : sequence of callables
        See `LayerFunction`.
    progress : callable, optional
        Called in the caller's thread with layers done (with fractions) and all layers to be computed; may
        raise to stop.

    Raises
    ------
    TrainingError
        If features are not finite: the training diverged.
    """
    variants = list(features.items())
    source = {
        (v, layer): _first_equal(features, v, layer)
        for layer in range(len(variants[0][1]))
        for v in range(len(variants))
    }
    computed = sorted(set(source.values()))
    for v, layer in computed:
        _check_finite(variants[v][1][layer], variants[v][0], layer)
    n = len(functions)
    with thread_pools(2) as (rows, layers):  # one pool would deadlock: layers wait for rows
        results = _in_parallel(
            layers,
            [
                partial(function, variants[v][1][layer], rows)
                for v, layer in computed
                for function in functions
            ],
            lambda done: progress and progress(done / n, len(computed)),
        )
    by_layer = {cell: results[k * n : (k + 1) * n] for k, cell in enumerate(computed)}
    return {cell: by_layer[first] for cell, first in source.items()}


def _in_parallel(
    pool: ThreadPoolExecutor, jobs: Sequence[Callable[[Progress], T]], progress: Progress
) -> list[T]:
    """Run jobs in the pool; `progress` is called in this thread with the number done and may raise to stop.

    Jobs report their share by `tick`, which raises `Stopped` after a stop.
    """
    updates: SimpleQueue[tuple[int, float]] = SimpleQueue()
    stopped = Event()

    def work(index: int) -> T:
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
