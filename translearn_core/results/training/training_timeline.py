"""Learning rates of all parts over a training, planned or actual."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import ExperimentConfig
from translearn_core.config.lr_schedule import (
    FINAL,
    discriminative_rates,
    group_by_rate,
    learning_rates_at,
    stage_rates,
    trainable_parts,
    training_parts,
)
from translearn_core.results.training.history import History

COLUMNS = 160
"""Approximate number of columns of a timeline."""


@dataclass(frozen=True)
class Timeline:
    """Learning rates over a training.

    P parts from the input up, without the final norm; C columns, each within one stage. Column c holds the
    steps `edges[c]` to `edges[c + 1]` - 1, counted from 0. `rates`, shape (P, C), is the rate at the
    column's middle step, 0 where the part is frozen. Each of `stages` is its first step, the step after its
    last one, and the label of its plan, or its number where each is a training.
    """

    parts: tuple[str, ...]
    stages: tuple[tuple[int, int, str], ...]
    edges: NDArray[np.int64] = field(compare=False)
    rates: NDArray[np.float64] = field(compare=False)

    @property
    def middles(self) -> NDArray[np.int64]:
        """Middle step of each column."""
        return (self.edges[:-1] + self.edges[1:]) // 2

    def frame(self) -> pd.DataFrame:
        """Return one row per part and column: part, step and stage (from 1), label of the plan, rate."""
        ends = np.asarray([end for _, end, _ in self.stages], dtype=np.int64)
        stage = np.searchsorted(ends, self.middles, side="right")
        trains = np.asarray([label for _, _, label in self.stages], dtype=object)
        times = len(self.parts)
        return pd.DataFrame(
            {
                "part": np.repeat(np.asarray(self.parts, dtype=object), len(self.middles)),
                "step": np.tile(self.middles + 1, times),
                "stage": np.tile(stage + 1, times),
                "trains": np.tile(trains[stage], times),
                "rate": self.rates.ravel(),
            }
        )


def planned_timeline(
    config: ExperimentConfig, n_blocks: int, steps_per_epoch: int, columns: int = COLUMNS
) -> Timeline:
    """Return the timeline if no stage ends early; a run that continues another has only the last stage.

    Raises
    ------
    ConfigError
        If the experiment is invalid for a backbone of `n_blocks` blocks.
    """
    config.check(n_blocks)
    stages = config.resolved_stages
    first = len(stages) - 1 if config.resume_from else 0
    lengths = [stage.epochs * steps_per_epoch for stage in stages[first:]]
    ends = np.cumsum([length for length in lengths if length]).tolist()
    return _timeline(config, n_blocks, first, 0, ends, [steps_per_epoch], columns)


def actual_timeline(
    config: ExperimentConfig, n_blocks: int, history: History, *, begun: int = 0, columns: int = COLUMNS
) -> Timeline:
    """Return the timeline of a run up to its last finished epoch; empty without one.

    `begun` is the last step before its first: 0, or the last step of the run that it continues.
    """
    epochs = [epoch for epoch in history.epochs if epoch.step > begun]
    if not epochs:
        return _timeline(config, n_blocks, 0, begun, (), [1], columns)
    last = {epoch.stage: epoch.step for epoch in epochs}
    ends = list(dict.fromkeys(last[stage] for stage in sorted(last)))
    first = {epoch.stage: epoch.step for epoch in reversed(epochs)}  # of each stage's first epoch
    starts = [begun, *ends]
    each = [first[stage] - start for stage, start in zip(sorted(first), starts, strict=False)]
    return _timeline(config, n_blocks, epochs[0].stage, begun, ends, each, columns)


def _timeline(
    config: ExperimentConfig,
    n_blocks: int,
    first: int,
    begun: int,
    ends: Sequence[int],
    steps_per_epoch: Sequence[int],
    columns: int,
) -> Timeline:
    """Compute the timeline of the stages from `first`, which end at `ends`.

    `steps_per_epoch` is that of each stage; later ones have the last.
    """
    parts = tuple(part for part in trainable_parts(n_blocks) if part != FINAL)
    peaks, planned = discriminative_rates(config.training, n_blocks), config.resolved_stages[first:]
    edges = _edges(begun, ends, columns)
    rates = np.zeros((len(parts), len(edges) - 1))
    middles = (edges[:-1] + edges[1:]) // 2
    since: dict[str, int] = {}
    stages: list[tuple[int, int, str]] = []
    start = begun
    for number, end in enumerate(ends):
        since = {} if config.restarts else since
        since = group_by_rate(since, training_parts(planned[number].freeze, n_blocks), start)
        # the schedule runs to the planned end of all stages, or of the one target that trains
        remaining = planned[number : number + 1] if config.restarts else planned[number:]
        each = steps_per_epoch[min(number, len(steps_per_epoch) - 1)]
        goal = start + each * sum(stage.epochs for stage in remaining)
        of_stage = stage_rates(peaks, planned[number].backbone_rate)
        for column in np.flatnonzero((middles >= start) & (middles < end)):
            current = learning_rates_at(int(middles[column]), goal, since, of_stage, config.training)
            rates[:, column] = [current.get(part, 0.0) for part in parts]
        label = planned[number].freeze.label if config.trainings == 1 else f"training {first + number + 1}"
        stages.append((start, end, label))
        start = end
    return Timeline(parts, tuple(stages), edges, rates)


def _edges(begun: int, ends: Sequence[int], columns: int) -> NDArray[np.int64]:
    """Return the edges of about `columns` columns: at least one per stage, each within one stage."""
    edges, start = [np.asarray([begun])], begun
    for end in ends:
        share = (end - start) / (ends[-1] - begun)
        count = min(end - start, max(1, round(columns * share)))
        edges.append(start + (end - start) * np.arange(1, count + 1) // count)
        start = end
    return np.concatenate(edges).astype(np.int64)
