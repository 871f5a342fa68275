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
    """Runs of a way with `labels` labelled rows of the target."""

    way: Way
    labels: int
    runs: ArmRuns


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
        crossing = estimate_crossing(
            [max(one.labels, NO_LABELS)],
            one.runs.means[:, None],
            [of_target.labels for of_target in alone],
            _scores(alone),
            max(one.labels, NO_LABELS),
            row_scores_a=one.runs.scores[:, None],
            row_scores_b=_row_scores(alone),
            clusters=one.runs.clusters,
        )
        crossing = replace(crossing, score=metric.of_row_scores(crossing.score), reference_size=one.labels)
        numbers = crossing.score, crossing.estimate, crossing.low, crossing.high
        worth = SampleEfficiency(str(one.way), str(Way.TARGET), one.labels, *numbers)
        yield worth_sentence(crossing, str(one.way), str(Way.TARGET), metric), worth


def _scores(arms: Sequence[WayRuns]) -> np.ndarray:
    """Return mean scores, shape (seeds, sizes), NaN where a size has fewer seeds."""
    scores = np.full((max(len(one.runs.means) for one in arms), len(arms)), np.nan)
    for k, one in enumerate(arms):
        scores[: len(one.runs.means), k] = one.runs.means
    return scores


def _row_scores(arms: Sequence[WayRuns]) -> np.ndarray:
    """Return row scores, shape (seeds, sizes, rows), filled with other seeds where a size has fewer."""
    seeds = max(len(one.runs.scores) for one in arms)
    return np.stack([one.runs.scores[np.arange(seeds) % len(one.runs.scores)] for one in arms], axis=1)
