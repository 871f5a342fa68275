"""Order and loading of training batches: shuffled, rows of similar cost together."""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.config import TrainingConfig
from translearn_core.training.prefetch import prefetch_batches
from translearn_core.training.task import BatchSampler
from translearn_core.transfer import Batch, Inputs

POOL = 50
"""Batches per pool sorted by cost: enough to save padding, few enough to stay shuffled."""
BLUR = 0.15
"""Relative noise on costs if one pool holds all rows; without it every epoch has the same batches."""
GROUP_POWER = 0.75
"""Batches of a group of rows are drawn in proportion to its size to this power."""


class BatchLoader:
    """Batches of the rows `train` of `inputs`, shuffled differently in every epoch."""

    def __init__(
        self,
        inputs: Inputs,
        train: NDArray[np.int64],
        training: TrainingConfig,
        device: torch.device,
        *,
        groups: NDArray[np.int64] | None = None,
        sampler: BatchSampler | None = None,
    ) -> None:
        self.groups, self.sampler = groups, sampler
        self.inputs, self.train, self.training, self.device = inputs, train, training, device
        units = inputs.units(train)
        self._units = units and {int(unit[0]): unit for unit in units}
        self._single: Batch | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass over the rows; a batch of words holds `batch_size` sentences."""
        if self.sampler is not None:
            return self.sampler.steps_per_epoch(self.training.batch_size)
        return -(-len(self._units or self.train) // self.training.batch_size)

    def order(self, epoch: int) -> list[NDArray[np.int64]]:
        """Return the rows of every batch of an epoch; `load` then reads the inputs of that epoch."""
        self.inputs = self.inputs.at_epoch(epoch)
        size, seed = self.training.batch_size, self.training.seed
        if self.sampler is not None:
            return self.sampler.order(self.inputs.cost, size, seed=seed, epoch=epoch)
        if self.steps_per_epoch == 1 and self.groups is None:
            return [self.train]
        cost = self.inputs.cost
        if self.inputs.pooled is not None:  # vectors need no padding: a plain shuffle
            cost = np.zeros_like(cost)
        if self.groups is not None:
            return grouped_order(cost, self.train, self.groups, size, seed=seed, epoch=epoch)
        units = self._units
        rows = self.train if units is None else np.fromiter(units, np.int64, len(units))
        order = batch_order(cost, rows, size, seed=seed, epoch=epoch)
        if units is None:
            return order
        return [np.concatenate([units[row] for row in batch.tolist()]) for batch in order]

    def load(self, order: list[NDArray[np.int64]]) -> Iterable[tuple[NDArray[np.int64], Batch]]:
        """Return the batches of `order`; a single batch of vectors is built once and reused."""
        if len(order) != 1 or self.inputs.pooled is None or self.groups is not None:
            return prefetch_batches(self.inputs, order, self.device)
        if self._single is None:
            self._single = self.inputs.batch(order[0], learning=True)
        return [(order[0], self._single)]


def rows_of_step(rows: NDArray[np.int64], seed: int, step: int, count: int) -> NDArray[np.int64]:
    """Return `count` of some rows for a step, counted from 0; a function of seed and step alone.

    Every row comes once before any comes again, if all steps take as many.
    """
    start = step * count
    rounds = range(start // len(rows), (start + count - 1) // len(rows) + 1)
    order = np.concatenate([np.random.default_rng((seed, k)).permutation(rows) for k in rounds])
    first = start - rounds[0] * len(rows)
    return np.asarray(order[first : first + count], dtype=np.int64)


def batch_order(
    cost: NDArray[np.int64], rows: NDArray[np.int64], batch_size: int, *, seed: int, epoch: int
) -> list[NDArray[np.int64]]:
    """Return the batches of one epoch, as indices of `rows`.

    A function of seed and epoch alone, so a run resumed within an epoch skips the batches it has done.
    """
    random = np.random.default_rng((seed, epoch))
    shuffled = random.permutation(rows)
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(shuffled), POOL * batch_size):
        pool = shuffled[start : start + POOL * batch_size]
        blur = random.uniform(1 - BLUR, 1 + BLUR, len(pool)) if len(pool) == len(rows) else 1.0
        pool = pool[np.argsort(cost[pool] * blur, kind="stable")]
        batches += [pool[i : i + batch_size] for i in range(0, len(pool), batch_size)]
    return [batches[i] for i in random.permutation(len(batches))]


def grouped_order(
    cost: NDArray[np.int64],
    rows: NDArray[np.int64],
    groups: NDArray[np.int64],
    batch_size: int,
    *,
    seed: int,
    epoch: int,
) -> list[NDArray[np.int64]]:
    """Return the batches of one epoch, each of rows of one group, as many as without groups.

    Each batch is of a group drawn in proportion to its size to the power `GROUP_POWER`, so that small groups
    train more often than their share; a group whose rows are used up begins again.

    References
    ----------
    Stickland & Murray 2019, arXiv:1902.02671, section 3.2; Raffel et al. 2020, arXiv:1910.10683.
    """
    names, sizes = np.unique(groups[rows], return_counts=True)
    share = sizes**GROUP_POWER / (sizes**GROUP_POWER).sum()
    steps = -(-len(rows) // batch_size)
    drawn = np.random.default_rng((seed, epoch)).choice(len(names), steps, p=share)
    order: list[NDArray[np.int64]] = []
    waiting: list[list[NDArray[np.int64]]] = [[] for _ in names]
    for step, group in enumerate(map(int, drawn)):
        if not waiting[group]:
            members = rows[groups[rows] == names[group]]
            own_seed = int(np.random.default_rng((seed, step)).integers(2**32))
            waiting[group] = batch_order(cost, members, batch_size, seed=own_seed, epoch=epoch)
        order.append(waiting[group].pop())
    return order
