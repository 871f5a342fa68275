"""Iterative stratification: every label in proportion, equal texts together, folds disjoint."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translearn_core.data.splits.iterative_stratification import iterative_stratification
from translearn_core.data.splits.stratified_split import draw_fold, draw_split
from translearn_core.tasks.splits import TEST, TRAIN, VALIDATION


def labels(rows: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((rows, 8)) < np.geomspace(0.01, 0.5, 8)


def test_every_label_keeps_its_share_better_than_by_chance() -> None:
    mask, shares = labels(2_000), np.array([0.7, 0.15, 0.15])
    part = iterative_stratification(mask, shares, np.random.default_rng(0))
    counts = np.stack([mask[part == k].sum(axis=0) for k in range(3)], axis=1)
    lacking = np.abs(counts - mask.sum(axis=0)[:, None] * shares)
    assert lacking.max() <= 2
    np.testing.assert_allclose(np.bincount(part), 2_000 * shares, atol=5)


@settings(deadline=None, max_examples=30)
@given(st.integers(3, 60), st.integers(0, 10_000))
def test_every_unit_has_a_part_with_a_share(units: int, seed: int) -> None:
    shares = np.array([0.8, 0.0, 0.2])
    part = iterative_stratification(labels(units, seed), shares, np.random.default_rng(seed))
    assert set(part) <= {0, 2}


def test_a_drawn_split_is_repeatable_and_keeps_equal_texts_together() -> None:
    mask = labels(900)
    texts = np.arange(900) // 2
    split = draw_split(texts, mask, validation=0.2, test=0.2, seed=3)
    np.testing.assert_array_equal(split, draw_split(texts, mask, validation=0.2, test=0.2, seed=3))
    assert (split[::2] == split[1::2]).all()
    assert np.bincount(split)[[TRAIN, VALIDATION, TEST]] == pytest.approx([540, 180, 180], abs=12)


def test_folds_are_disjoint_and_cover_all_rows() -> None:
    mask, texts = labels(500), np.arange(500)
    tested = [draw_fold(texts, mask, folds=5, fold=k, validation=0.1, seed=0) == TEST for k in range(5)]
    assert np.sum(tested, axis=0).tolist() == [1] * 500
    shares = [mask[rows].mean(axis=0) for rows in tested]
    assert np.ptp(shares, axis=0).max() < 0.05
