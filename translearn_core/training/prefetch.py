"""Batch prefetching in a thread while the current batch is computed."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.transfer import Batch, Inputs

AHEAD = 2
"""Batches prefetched."""


def prefetch_batches(
    inputs: Inputs, order: Iterable[NDArray[np.int64]], device: torch.device
) -> Iterator[tuple[NDArray[np.int64], Batch]]:
    """Yield each index of `order` with its batch, read by a thread (a worker may not start processes).

    Vectors in memory are yielded without a thread.
    """
    if inputs.pooled is not None:
        for index in order:
            yield index, inputs.batch(index, learning=True)
        return

    def load(index: NDArray[np.int64]) -> Batch:
        batch = inputs.batch(index, learning=True)
        return batch.pin() if device.type == "cuda" else batch

    waiting: deque[tuple[NDArray[np.int64], Future[Batch]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as reader:
        try:
            for index in order:
                waiting.append((index, reader.submit(load, index)))
                if len(waiting) > AHEAD:
                    first, batch = waiting.popleft()
                    yield first, batch.result()
            while waiting:
                first, batch = waiting.popleft()
                yield first, batch.result()
        finally:
            for _, batch in waiting:
                batch.cancel()
