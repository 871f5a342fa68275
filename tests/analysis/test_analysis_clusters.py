"""Intervals of rows in clusters, such as the words of a sentence."""

import numpy as np
import pytest

from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.error_analysis.calibration import (
    coverage,
    expected_calibration_error,
    reliability,
)
from translearn_core.analysis.intervals import (
    bootstrap_means,
    mean_interval,
    row_score_difference,
    row_score_interval,
    seed_variance_share,
)
from translearn_core.analysis.probing.class_scorer import ClassScorer
from translearn_core.analysis.probing.layer_probing import probe_layers
from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import effective_rows

RNG = np.random.default_rng(3)
ROWS = (RNG.random(120) < 0.8).astype(np.float64)
REPEATED, COPIES = np.repeat(ROWS, 5), np.repeat(np.arange(120), 5)


def close(first: Estimate, second: Estimate, tolerance: float) -> None:
    assert (first.value, first.low, first.high) == pytest.approx(
        (second.value, second.low, second.high), abs=tolerance
    )


def test_rows_repeated_within_clusters_count_once() -> None:
    assert effective_rows(ROWS, np.arange(120)) == pytest.approx(120)
    assert effective_rows(REPEATED, COPIES) == pytest.approx(120, rel=0.01)
    assert effective_rows(np.ones(600), COPIES) == 120
    close(row_score_interval(REPEATED, COPIES), row_score_interval(ROWS), 1e-3)
    close(mean_interval(REPEATED, 2, COPIES), mean_interval(ROWS, 2), 1e-3)
    seeds = (RNG.random((4, 120)) < [[0.7], [0.75], [0.8], [0.9]]).astype(np.float64)
    five = np.repeat(seeds, 5, axis=1)
    assert seed_variance_share(five, COPIES) == pytest.approx(seed_variance_share(seeds), abs=1e-9)
    close(row_score_interval(five, COPIES), row_score_interval(seeds), 2e-3)


def test_an_interval_over_clusters_is_never_narrower_than_that_over_rows() -> None:
    alternating = np.tile([1.0, 0.0], 100)
    pairs = np.repeat(np.arange(100), 2)
    assert row_score_interval(alternating, pairs) == row_score_interval(alternating)


def test_the_bootstrap_draws_whole_clusters() -> None:
    once, repeated = (
        bootstrap_means(rows[:, None], 4000, np.random.default_rng(0), clusters)
        for rows, clusters in ((ROWS, None), (REPEATED, COPIES))
    )
    assert repeated.std() == pytest.approx(once.std(), rel=0.06)
    uneven = bootstrap_means(
        np.array([[1.0], [1.0], [0.0]]), 500, np.random.default_rng(0), np.array([0, 0, 1])
    )
    assert set(np.unique(uneven.round(6))) == {0.0, 0.666667, 1.0}


def test_the_interval_covers_the_truth_where_words_of_a_sentence_agree() -> None:
    random, covered, narrow = np.random.default_rng(1), 0, 0
    clusters = np.repeat(np.arange(80), 12)
    for _ in range(400):
        of_sentence = random.beta(4, 1, 80)  # mean 0.8
        correct = random.random(960) < np.repeat(of_sentence, 12)
        wide, close_by = row_score_interval(correct, clusters), row_score_interval(correct)
        covered += wide.low <= 0.8 <= wide.high
        narrow += close_by.low <= 0.8 <= close_by.high
    assert 0.92 <= covered / 400 <= 0.98
    assert narrow / 400 < 0.9


def test_differences_pair_clusters() -> None:
    other = (RNG.random(120) < 0.7).astype(np.float64)
    spans = []
    for scores, clusters in (((ROWS, other), None), ((REPEATED, np.repeat(other, 5)), COPIES)):
        rows = np.arange(len(scores[0]), dtype=np.uint64)
        first, second = (ArmRuns("", rows, one[None], clusters) for one in scores)
        (difference,) = differences([second], first)
        assert difference is not None
        spans.append(difference.high - difference.low)
    assert spans[1] == pytest.approx(spans[0], rel=0.06)
    alone, p_alone = row_score_difference(ROWS, other)
    five, p_five = row_score_difference(REPEATED, np.repeat(other, 5), COPIES, COPIES)
    close(alone, five, 2e-3)
    assert p_five == pytest.approx(p_alone, rel=0.35)


def test_calibration_counts_clusters() -> None:
    confidence = RNG.uniform(0.4, 1.0, 120)
    five = np.repeat(confidence, 5)
    for once, repeated in (
        (reliability(confidence, ROWS == 1, 5), reliability(five, REPEATED == 1, 5, COPIES)),
        (coverage(confidence, ROWS == 1, 11), coverage(five, REPEATED == 1, 11, COPIES)),
    ):
        some = once["low"].notna() & (once["accuracy"] < 1)
        np.testing.assert_allclose(repeated["low"][some], once["low"][some], atol=0.02)
    error = expected_calibration_error(five, REPEATED == 1, 5, clusters=COPIES)
    close(error, expected_calibration_error(confidence, ROWS == 1, 5), 0.02)
    assert error.high > expected_calibration_error(five, REPEATED == 1, 5).high + 0.02


def test_probes_count_clusters() -> None:
    labels = np.repeat((np.arange(120) < 60).astype(np.int64), 5)
    x = np.repeat(labels[::5, None] + RNG.normal(0, 1.2, (120, 3)), 5, axis=0)[None]
    parts = np.arange(120).repeat(5) % 2
    alone, within = (
        probe_layers(
            {"pretrained": x}, labels, np.flatnonzero(parts == 0), np.flatnonzero(parts == 1),
            scorer=ClassScorer(clusters), tfidf=Estimate(0.5, 0.5, 0.5), groups=COPIES,
        )
        for clusters in (None, COPIES)
    )  # fmt: skip
    assert within.test == alone.test
    wide, narrow = (float((scores.high - scores.low).item()) for scores in (within, alone))
    assert wide == pytest.approx(narrow * 5**0.5, rel=0.1)
