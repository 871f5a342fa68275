"""Worth of a way to a target domain: how many labels of the target alone give the same score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from translearn_core.analysis.comparison.label_efficiency import estimate_crossing
from translearn_core.analysis.comparison.paired_comparison import ArmRuns
from translearn_core.config import Way
from translearn_core.results.metric import Metric
from translearn_core.results.sample_efficiency import SampleEfficiency
from translearn_core.worker.diagnostics.sentences.adaptation_text import worth_sentence

NO_LABELS = 1
"""Place of no labels on the logarithmic scale of label numbers."""


@dataclass(frozen=True)
class WayRuns:
    """Runs of a way with `labels` labelled rows of the target; `seeds` are in the order of the runs."""

    way: Way
    labels: int
    runs: ArmRuns
    seeds: tuple[int, ...]

    @property
    def keys(self) -> list[tuple[int, int]]:
        """Seed of each run, and how many of the runs before it have the same."""
        return [(seed, self.seeds[:k].count(seed)) for k, seed in enumerate(self.seeds)]


def adaptation_worth(ways: Sequence[WayRuns], metric: Metric) -> Iterator[tuple[str, SampleEfficiency]]:
    """Yield how many labels target only needs for the score of each other way, as sentence and numbers.

    Ways that were tested on other rows are left out.
    """
    alone = sorted((one for one in ways if one.way is Way.TARGET), key=lambda one: one.labels)
    if not alone:
        return
    rows = alone[0].runs.rows
    alone = [one for one in alone if np.array_equal(one.runs.rows, rows)]
    for one in ways:
        if one.way is Way.TARGET or not np.array_equal(one.runs.rows, rows):
            continue
        seeds = sorted({key for arm in (one, *alone) for key in arm.keys})
        crossing = estimate_crossing(
            [max(one.labels, NO_LABELS)],
            _scores([one], seeds),
            [of_target.labels for of_target in alone],
            _scores(alone, seeds),
            max(one.labels, NO_LABELS),
            row_scores_a=_row_scores([one], seeds),
            row_scores_b=_row_scores(alone, seeds),
            clusters=one.runs.clusters,
        )
        crossing = replace(crossing, score=metric.of_row_scores(crossing.score), reference_size=one.labels)
        numbers = crossing.score, crossing.estimate, crossing.low, crossing.high
        worth = SampleEfficiency(str(one.way), str(Way.TARGET), one.labels, *numbers)
        yield worth_sentence(crossing, str(one.way), str(Way.TARGET), metric), worth


def _scores(arms: Sequence[WayRuns], seeds: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return mean scores, shape (seeds, sizes), NaN where a size lacks a seed."""
    scores = np.full((len(seeds), len(arms)), np.nan)
    for k, one in enumerate(arms):
        scores[[seeds.index(key) for key in one.keys], k] = one.runs.means
    return scores


def _row_scores(arms: Sequence[WayRuns], seeds: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return row scores, shape (seeds, sizes, rows), those of other seeds where a size lacks one."""
    columns = []
    for one in arms:
        own = sorted(one.keys)
        chosen = [key if key in own else own[k % len(own)] for k, key in enumerate(seeds)]
        columns.append(one.runs.scores[[one.keys.index(key) for key in chosen]])
    return np.stack(columns, axis=1)
