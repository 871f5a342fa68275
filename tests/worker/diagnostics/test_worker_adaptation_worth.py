"""What a way to a target domain is worth in labels, on scores whose crossing is known."""

import numpy as np
import pytest

from translearn_core.analysis.comparison.paired_comparison import ArmRuns
from translearn_core.config import Way
from translearn_core.results.metric import ACCURACY, metric_of
from translearn_core.worker.diagnostics.domains.adaptation_worth import WayRuns, adaptation_worth

ROWS = np.arange(1000, dtype=np.uint64)
ALONE = {8: 0.6, 64: 0.7, 512: 0.9}
"""Accuracy of target only by number of labels."""


def runs(way: Way, labels: int, right: float, seeds: int = 3, rows: np.ndarray = ROWS) -> WayRuns:
    scores = np.zeros((seeds, len(rows)))
    scores[:, : round(right * len(rows))] = 1
    return WayRuns(way, labels, ArmRuns(str(way), rows, scores), tuple(range(seeds)))


def worth(*others: WayRuns) -> list:
    alone = [runs(Way.TARGET, labels, right) for labels, right in ALONE.items()]
    return list(adaptation_worth([*others, *alone], metric_of(ACCURACY)))


def test_the_score_between_two_sizes_is_worth_the_labels_between_them():
    ((sentence, numbers),) = worth(runs(Way.CORAL, 0, 0.8))
    assert numbers.better == "CORAL"
    assert numbers.reference_size == 0
    assert numbers.labels == pytest.approx(2 ** (6 + 0.5 * 3), rel=0.01)  # halfway from 64 to 512, in logs
    assert numbers.low < numbers.labels < numbers.high
    assert "Without a label of the target, CORAL has accuracy 80.0 %" in sentence
    assert "needs about 180 labels" in sentence


def test_what_is_below_the_fewest_labels_or_above_the_most_says_so():
    (low, below), (high, above) = worth(runs(Way.SOURCE, 0, 0.5), runs(Way.BOTH, 512, 0.95))
    assert below.labels == 8
    assert "8 labels or fewer" in low
    assert above.labels is None
    assert "even with 512 labels" in high
    assert "With 512 labels of the target" in high


def test_ways_tested_on_other_rows_and_studies_without_target_only_have_none():
    assert worth(runs(Way.DANN, 0, 0.8, rows=ROWS + 1)) == []
    assert list(adaptation_worth([runs(Way.DANN, 0, 0.8)], metric_of(ACCURACY))) == []


def test_a_size_with_fewer_seeds_counts_those_it_has():
    arms = [runs(Way.MMD, 0, 0.65), runs(Way.TARGET, 8, 0.6), runs(Way.TARGET, 64, 0.7, seeds=1)]
    ((_, numbers),) = adaptation_worth(arms, metric_of(ACCURACY))
    assert numbers.labels == pytest.approx(2**4.5, rel=0.01)


def test_runs_are_paired_by_seed_and_not_by_place():
    random = np.random.default_rng(0)

    def arm(way: Way, labels: int, right: float, seeds: tuple[int, ...]) -> WayRuns:
        chance = right + 0.05 * (np.array(seeds) - 1)  # of a seed the same in every arm
        scores = (random.random((len(seeds), len(ROWS))) < chance[:, None]).astype(float)
        return WayRuns(way, labels, ArmRuns(str(way), ROWS, scores), seeds)

    def reordered(one: WayRuns) -> WayRuns:
        runs = ArmRuns(one.runs.name, one.runs.rows, one.runs.scores[::-1])
        return WayRuns(one.way, one.labels, runs, one.seeds[::-1])

    coral = arm(Way.CORAL, 0, 0.75, (0, 1, 2))
    alone = [arm(Way.TARGET, labels, right, (0, 2)) for labels, right in ALONE.items()]
    given, turned = (
        list(adaptation_worth([coral, *targets], metric_of(ACCURACY)))
        for targets in (alone, [reordered(one) for one in alone])
    )
    assert turned == given
    unpaired = [WayRuns(one.way, one.labels, one.runs, (0, 1)) for one in alone]
    assert list(adaptation_worth([coral, *unpaired], metric_of(ACCURACY))) != given
    twice = WayRuns(Way.CORAL, 0, coral.runs, (0, 0, 2))  # the seed of two runs
    assert len(list(adaptation_worth([twice, *alone], metric_of(ACCURACY)))) == 1
