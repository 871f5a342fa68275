"""Grouped folds, control-type scoring, and probes that use them."""

from functools import partial

import numpy as np
import pytest

from translearn_core.analysis.probing.class_scorer import ClassScorer
from translearn_core.analysis.probing.control_tasks import seen_control_type
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_probing import probe_layers
from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Estimate

probe_classes = partial(probe_layers, scorer=ClassScorer())
TFIDF = Estimate(0.7, 0.65, 0.75)


@pytest.mark.parametrize("sizes", [[1], [1, 2, 3], [2]])
def test_a_group_stays_whole_and_folds_stay_alike(sizes):
    random = np.random.default_rng(0)
    repeats = random.choice(sizes, 200)
    groups = random.permutation(1000)[:200].repeat(repeats)
    labels = random.integers(0, 4, 200).repeat(repeats)
    order = random.permutation(len(groups))
    groups, labels = groups[order], labels[order]
    fold = stratified_folds(labels, 5, 0, groups)
    assert all(len(np.unique(fold[groups == g])) == 1 for g in np.unique(groups))
    for rows in [np.ones(len(labels), dtype=bool), *(labels == c for c in range(4))]:
        held = np.bincount(fold[rows], minlength=5)
        assert np.ptp(held) <= max(sizes) * (2 if rows.all() else 1)
    assert np.array_equal(fold, stratified_folds(labels, 5, 0, groups))
    assert not np.array_equal(fold, stratified_folds(labels, 5, 1, groups))


def test_as_many_groups_as_folds_fill_them_all():
    labels, groups = np.repeat([0, 0, 0, 1, 1], [50, 3, 3, 2, 1]), np.repeat(np.arange(5), [50, 3, 3, 2, 1])
    assert set(stratified_folds(labels, 5, 0, groups)) == set(range(5))
    with pytest.raises(TooFewSamplesError, match=r"5 groups of training rows.* 6 folds"):
        stratified_folds(labels, 6, 0, groups)


def test_a_group_of_many_labels_stays_whole():
    fold = stratified_folds(np.array([0, 1, 0, 1, 0, 1]), 2, 0, np.array([7, 7, 8, 8, 9, 9]))
    assert fold[0] == fold[1]
    assert fold[2] == fold[3]
    assert fold[4] == fold[5]


def test_rows_of_known_type_by_hand():
    types, fold = np.array([5, 5, 6, 6, 7, 8]), np.array([0, 1, 0, 0, 1, 0])
    assert seen_control_type(types, fold).tolist() == [True, True, False, False, False, False]


def test_copies_tell_a_probe_nothing_when_groups_are_given():
    random = np.random.default_rng(1)
    once, labels = random.normal(size=(1, 60, 150)).astype(np.float32), random.integers(0, 2, 60)
    x, twice, rows = np.tile(once, (1, 2, 1)), np.tile(labels, 2), np.arange(120)
    leaks = probe_classes({"a": x}, twice, rows, rows[:0], tfidf=TFIDF)
    probed = probe_classes({"a": x}, twice, rows, rows[:0], tfidf=TFIDF, groups=rows % 60)
    assert leaks.cross_validated.mean() > 0.8
    assert probed.cross_validated.mean() < 0.7


def test_a_control_is_scored_where_its_type_was_learnt():
    random = np.random.default_rng(2)
    types = np.concatenate(
        [np.arange(150) % 10, 10 + np.arange(150)]
    )  # half of the rows have types of their own
    control = random.integers(0, 2, 160)[types]
    x = random.normal(size=(160, 40))[types][None].astype(np.float32)
    order = random.permutation(300)
    train, test, labels = order[:200], order[200:], random.integers(0, 2, 300)
    given = {"tfidf": TFIDF, "controls": control[None]}
    every = probe_classes({"a": x}, labels, train, test, **given)
    known = probe_classes({"a": x}, labels, train, test, **given, control_types=types)
    assert known.control_test[0, 0, 0] == 1
    assert known.control_cross_validated.mean() > 0.99
    assert every.control_test[0, 0, 0] < 0.9
    assert np.array_equal(known.test, every.test)  # the task is scored on all rows
    assert np.array_equal(known.cross_validated, every.cross_validated)
    query_rows = test[types[test] < 10]
    commonest = np.bincount(control[train]).argmax()
    assert known.control_majority[0] == (control[query_rows] == commonest).mean()
    unknown = probe_classes({"a": x}, labels, train, test, **given, control_types=np.arange(300))
    assert np.isnan(unknown.control_test).all()
    assert np.isnan(unknown.control_low).all()
    assert np.isnan(unknown.control_cross_validated).all()
