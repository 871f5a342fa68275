"""Stratified samples."""

import numpy as np
import pytest

from translearn_core.analysis.stratified_sampling import stratified_sample


def test_a_sample_keeps_shares_and_every_class():
    labels = np.repeat([0, 1, 2, 3], [600, 300, 98, 2])
    rows = stratified_sample(labels, 100, seed=0)
    assert len(set(rows)) == len(rows) == 100
    assert np.array_equal(rows, np.sort(rows))
    assert np.bincount(labels[rows]) == pytest.approx([60, 30, 10, 1], abs=1)
    assert np.array_equal(rows, stratified_sample(labels, 100, seed=0))
    assert not np.array_equal(rows, stratified_sample(labels, 100, seed=1))


@pytest.mark.parametrize("limit", [1, 3, 7, 10, 11, 29])
def test_a_sample_has_the_size_asked_for(limit):
    labels = np.array([5] * 20 + [9] * 7 + [2] * 3)
    rows = stratified_sample(labels, limit, seed=0)
    assert len(set(rows)) == limit
    if limit >= 3:
        assert set(labels[rows]) == {2, 5, 9}


def test_a_sample_below_the_limit_is_everything():
    assert stratified_sample(np.array([1, 0, 1]), 3, seed=0).tolist() == [0, 1, 2]
