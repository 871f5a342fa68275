"""Label efficiency: crossings by hand, against scikit-learn's isotonic regression, and coverage."""

import re

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from translearn_core.analysis.comparison.label_efficiency import Crossing, estimate_crossing
from translearn_core.errors import ConfigError
from translearn_core.worker.diagnostics.sentences.label_efficiency_text import crossing_sentence

FEW, MANY = [16, 64, 256], [16, 64, 256, 1024, 4096]
A, B = "the pretrained model", "training from scratch"


def check_sentence(crossing, *words, flags=frozenset()):
    """Check the words in their order, and which of "only" and "chance" occur."""
    sentence = crossing_sentence(crossing, A, B)
    assert re.search(".*".join(map(re.escape, words)), sentence)
    assert {flag for flag in ("only", "chance") if flag in sentence} == flags
    assert ("no crossing" in sentence) == (crossing.estimate is None)


def test_by_hand_it_lies_between_two_sizes():
    result = estimate_crossing(
        FEW, np.array([[0.7, 0.8, 0.9]]), MANY, np.array([[0.5, 0.6, 0.7, 0.9, 0.95]]), 64
    )
    assert result.score == pytest.approx(0.8)
    assert result.estimate == pytest.approx(512)  # half way from 256 to 1024 in the logarithm
    assert (result.smallest, result.largest, result.seeds, result.rows) == (16, 4096, 1, 0)
    assert (result.low, result.high) == (None, None)
    check_sentence(result, "64", A, B, "about 510", "one seed: no interval")


def test_between_sizes_and_in_any_order():
    a, b = np.array([[0.9, 0.7, 0.8]]), np.array([[0.5, 0.6, 0.7, 0.9, 0.95]])
    result = estimate_crossing([256, 16, 64], a, MANY, b, 32)
    assert result.score == pytest.approx(0.75)
    assert result.estimate == pytest.approx(2 ** (8 + 2 * 0.25))


def test_curves_are_made_monotone_as_sklearn_does_weighted_by_seeds():
    b = np.array([[0.5, 0.7, 0.6, 0.65, 0.9], [0.5, 0.72, np.nan, 0.65, 0.9]])
    weights, means = np.isfinite(b).sum(0), np.nanmean(b, axis=0)
    curve = IsotonicRegression().fit_transform(np.log2(MANY), means, sample_weight=weights)
    score = (curve[3] + curve[4]) / 2
    result = estimate_crossing([64], np.full((2, 1), score), MANY, b, 64)
    assert result.estimate == pytest.approx(2048)
    at_plateau = estimate_crossing([64], np.full((2, 1), curve[2]), MANY, b, 64)
    assert at_plateau.estimate == pytest.approx(64)  # where the level of 64 to 1024 is reached first


def test_a_curve_held_against_itself_crosses_where_it_is():
    scores = 0.5 + 0.05 * np.log2(MANY) + 0.003 * np.random.default_rng(0).normal(size=(4, 5))
    for at in (64, 4096):
        result = estimate_crossing(MANY, scores, MANY, scores, at)
        assert result.estimate == pytest.approx(at)
        assert result.low == pytest.approx(at)  # seeds are paired: what one curve gains the other does
        assert result.could_be_chance


def test_out_of_reach_and_better_from_the_start():
    low, high = np.array([[0.5, 0.6, 0.7]] * 3), np.array([[0.91, 0.92, 0.93]] * 3)
    wobble = np.array([[0.001], [0], [-0.001]])
    low, high = low + wobble, high + wobble
    never = estimate_crossing(FEW, high, FEW, low, 64)
    assert (never.estimate, never.low, never.high) == (None, None, None)
    check_sentence(never, "64", A, "0.920", "no crossing", "256", B)
    already = estimate_crossing(FEW, low, FEW, high, 64)
    assert (already.estimate, already.low, already.high) == (16, 16, 16)
    check_sentence(already, "64", A, B, "16,", "95 %: 16 or fewer)", flags={"only"})


@pytest.mark.parametrize(
    ("values", "words", "flags"),
    [
        ((1912.0, 1204.0, 3391.0), (B, "about 1,900", "1,200 to 3,400"), set()),
        ((1912.0, 1204.0, None), (B, "about 1,900", "1,200 to more than 6,920"), set()),
        ((70.0, 40.0, 131.0), (B, "about 70", "40 to 130"), {"chance"}),
        ((30.0, 16.0, 41.0), (B, "about 30", "16 or fewer to 41"), {"only"}),
        ((None, 3000.0, None), ("0.800", "no crossing", "6,920", B, "3,000 to more than 6,920"), set()),
        ((16.0, 16.0, 90.0), (B, "16,", "16 or fewer to 90"), {"only", "chance"}),
    ],
)
def test_every_case_has_its_words(values, words, flags):
    estimate, low, high = values
    crossing = Crossing(64, 0.8, estimate, low, high, 16, 6920, 3, 0)
    check_sentence(crossing, "64", A, *words, flags=flags)


def test_fewer_labels_than_were_tried_are_refused():
    with pytest.raises(ConfigError, match=r"reference_size is 8.* 16 to 256"):
        estimate_crossing(FEW, np.ones((1, 3)), FEW, np.ones((1, 3)), 8)


def test_the_same_seed_draws_the_same_interval():
    random = np.random.default_rng(1)
    a, b = (0.5 + 0.03 * np.log2(MANY) + 0.01 * random.normal(size=(3, 5)) + up for up in (0.1, 0.0))
    one, two, other = (estimate_crossing(MANY, a, MANY, b, 64, draws=200, seed=s) for s in (0, 0, 1))
    assert one == two
    assert other.high != one.high
    assert one.low < one.estimate < one.high


TRUTH = 2 ** (6 + 0.12 / 0.03)  # of curves 0.12 apart that rise by 0.03 with each doubling


@pytest.mark.parametrize("seeds", [3, 5])
def test_its_interval_over_seeds_covers_the_truth(seeds):
    random, sizes, held = np.random.default_rng(2), 2 ** np.arange(4, 15), []
    for k in range(200):
        shared = 0.006 * random.normal(size=(seeds, len(sizes)))
        a, b = (
            up + 0.03 * np.log2(sizes) + shared + 0.008 * random.normal(size=shared.shape)
            for up in (0.42, 0.3)
        )
        result = estimate_crossing(sizes, a, sizes, b, 64, draws=200, seed=k)
        low, high = result.low or np.inf, result.high or np.inf
        held.append(low <= TRUTH <= high)
    assert 0.90 <= np.mean(held) <= 0.99


@pytest.mark.parametrize("seeds", [1, 4])
def test_its_interval_over_rows_covers_the_truth(seeds):
    random, sizes, held = np.random.default_rng(3), 2 ** np.arange(4, 15, 2), []
    for k in range(150):
        ease = random.uniform(-0.15, 0.15, 300)
        rights = []
        for up in (0.42, 0.3):
            wobble = 0.01 * random.normal(size=(seeds, len(sizes), 1))
            p = up + 0.03 * np.log2(sizes)[:, None] + ease + wobble
            rights.append(random.random(p.shape) < p)
        a, b = rights
        result = estimate_crossing(
            sizes, a.mean(2), sizes, b.mean(2), 64, draws=200, seed=k, row_scores_a=a, row_scores_b=b
        )
        low, high = result.low or np.inf, result.high or np.inf
        held.append(low <= TRUTH <= high)
    assert result.rows == 300
    assert 0.90 <= np.mean(held) <= 0.99
