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
    return WayRuns(way, labels, ArmRuns(str(way), rows, scores))


def worth(*others: WayRuns) -> list:
    alone = [runs(Way.TARGET, labels, right) for labels, right in ALONE.items()]
    return list(adaptation_worth([*others, *alone], metric_of(ACCURACY)))


def test_the_score_between_two_sizes_is_worth_the_labels_between_them():
    ((sentence, numbers),) = worth(runs(Way.CORAL, 0, 0.8))
    assert numbers.better == "CORAL"
    assert numbers.reference_size == 0
    assert numbers.labels == pytest.approx(2 ** (6 + 0.5 * 3), rel=0.01)  # halfway from 64 to 512, in logs
    assert numbers.low < numbers.labels < numbers.high
    assert "Without a label of the target CORAL has accuracy 80.0 %" in sentence
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
