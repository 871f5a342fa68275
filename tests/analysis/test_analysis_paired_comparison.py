"""Differences of study arms: against closed forms, and interval coverage."""

import time

import numpy as np
import pytest
from scipy import stats

from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.results import Difference


def cell(name, correct, rows=None):
    correct = np.asarray(correct, dtype=bool)
    names = np.arange(correct.shape[1]) if rows is None else rows
    return ArmRuns(name, np.asarray(names, dtype=np.uint64), correct)


def drawn(random, easy, gain, seeds, wobble):
    """Draw correct rows of an arm from the rows' ease, the arm's gain and the deviation between seeds."""
    lifts = gain + wobble * random.standard_normal(seeds)
    return random.random((seeds, len(easy))) < np.clip(easy + lifts[:, None], 0, 1)


def test_identical_cells_differ_by_nothing():
    random = np.random.default_rng(1)
    right = random.random((3, 400)) < 0.8
    base, same = cell("a", right), cell("b", right)
    itself, other = differences([base, same], base)
    assert itself == Difference(0.0, 0.0, 0.0, 3)
    assert other.value == 0
    assert other.low <= 0 <= other.high
    assert not other.beyond_chance


def test_one_seed_each_is_the_paired_bootstrap_over_rows():
    random = np.random.default_rng(2)
    first, second = random.random((1, 300)) < 0.85, random.random((1, 300)) < 0.75
    (result,) = differences([cell("a", first)], cell("b", second))
    difference = first[0].astype(float) - second[0]
    closed = stats.norm.interval(0.95, loc=difference.mean(), scale=difference.std() / np.sqrt(300))
    assert result.value == pytest.approx(difference.mean())
    assert [result.low, result.high] == pytest.approx(closed, abs=0.012)
    assert result.seeds == 1
    assert not result.beyond_chance, "one seed is never enough"


def test_seeds_that_decide_alone_give_welchs_interval():
    random = np.random.default_rng(3)
    rows = 40_000  # so many that they add next to nothing
    shares = [np.array([0.70, 0.74, 0.79, 0.75]), np.array([0.60, 0.62, 0.61, 0.64])]
    cells = [cell(str(k), random.random((4, rows)) < share[:, None]) for k, share in enumerate(shares)]
    (result,) = differences(cells[:1], cells[1], draws=4000)
    welch = stats.ttest_ind(cells[0].means, cells[1].means, equal_var=False).confidence_interval()
    assert [result.low, result.high] == pytest.approx([welch.low, welch.high], abs=0.012)


@pytest.mark.parametrize(
    ("seeds", "rows", "gain", "wobble"),
    [
        (3, 400, 0.0, 0.0),
        (3, 400, 0.04, 0.01),
        (3, 1500, 0.02, 0.03),
        (5, 600, 0.0, 0.02),
        (1, 500, 0.03, 0.0),
    ],
)
def test_the_paired_interval_covers_the_true_difference(seeds, rows, gain, wobble):
    random = np.random.default_rng(4)
    inside, times = 0, 400
    for k in range(times):
        easy = np.clip(random.beta(3, 1, rows), 0.1, 0.85)
        base = cell("base", drawn(random, easy, 0.0, seeds, wobble))
        other = cell("other", drawn(random, easy, gain, seeds, wobble))
        (result,) = differences([other], base, draws=400, seed=k)
        inside += result.low <= gain <= result.high
    assert 0.92 < inside / times < 0.985


def test_pairing_sees_what_unpaired_intervals_cannot():
    random = np.random.default_rng(5)
    easy = random.random(2000) < 0.8
    base, other = np.tile(easy, (3, 1)), np.tile(easy, (3, 1))
    other[:, np.flatnonzero(~easy)[:30]] = True
    (result,) = differences([cell("a", other)], cell("b", base))
    assert result.value == pytest.approx(0.015)
    assert result.beyond_chance
    assert result.high - result.low < 0.015


def test_other_rows_are_refused_and_the_rest_compared():
    right = np.ones((2, 50), dtype=bool)
    base, same, other = cell("a", right), cell("b", right), cell("c", right, rows=np.arange(1, 51))
    shorter = cell("d", right[:, :40])
    result = differences([base, same, other, shorter], base)
    assert [one is None for one in result] == [False, False, True, True]


def test_the_seed_decides_and_the_order_of_cells_does_not_change_the_estimate():
    random = np.random.default_rng(6)
    cells = [cell(str(k), random.random((3, 200)) < 0.6 + 0.1 * k) for k in range(3)]
    first, again, other = (differences(cells, cells[0], seed=s) for s in (1, 1, 2))
    assert first == again != other
    assert [d.value for d in first] == [d.value for d in other]


def test_many_cells_and_rows_are_quick():
    random = np.random.default_rng(7)
    cells = [cell(str(k), random.random((3, 3000)) < 0.8) for k in range(60)]
    start = time.process_time()
    differences(cells, cells[0])
    assert time.process_time() - start < 5


def test_scores_between_0_and_1_are_compared_as_means_of_rows():
    random = np.random.default_rng(5)
    rows = np.arange(400, dtype=np.uint64)
    first, second = random.beta(4, 2, (1, 400)), random.beta(3, 2, (1, 400))
    (result,) = differences([ArmRuns("a", rows, first)], ArmRuns("b", rows, second))
    difference = (first - second)[0]
    closed = stats.norm.interval(0.95, loc=difference.mean(), scale=difference.std() / np.sqrt(400))
    assert [result.value, result.low, result.high] == pytest.approx([difference.mean(), *closed], abs=0.004)
