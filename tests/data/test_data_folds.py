"""Cross-validation: every row is tested on once, nothing leaks between the splits of a fold."""

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import t
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.neighbors import NearestCentroid

from tests.data.test_data_preparing import config, plain, table
from translearn_core.analysis.comparison.cross_validation import fold_interval
from translearn_core.config import DataConfig, Split, SplitConfig, StudyConfig, expand_grid, job_id
from translearn_core.data import prepare
from translearn_core.errors import DataError
from translearn_core.jobs import DiagnoseConfig
from translearn_core.tasks.normalisation import text_key
from translearn_core.tasks.splits import SPLITS


def folds_of(frame, k_folds, **settings_):
    return [prepare(frame, config(k_folds=k_folds, fold=fold, **settings_)) for fold in range(k_folds)]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2), st.integers(0, 9)), min_size=30, max_size=90),
    st.integers(2, 6),
    st.booleans(),
)
def test_every_row_is_tested_once_and_no_text_or_group_is_in_two_splits(rows, k_folds, grouped):
    texts, labels, groups = zip(*rows, strict=True)
    frame = table([f"text {one}" for one in texts], [f"c{c}" for c in labels], who=[f"g{g}" for g in groups])
    try:
        prepared = folds_of(frame, k_folds, rare_class_below=2, **({"group": "who"} if grouped else {}))
    except DataError:
        reject()
    tested = np.concatenate([one.rows[one.split_indices(Split.TEST)] for one in prepared])
    assert len(tested) == len(set(tested.tolist()))
    always = set(prepared[0].rows.tolist()) - set(tested.tolist())
    keys = np.array([text_key(text) for text in frame["text"]])
    groups_of = np.asarray(groups)
    for row in always:  # of a text, or of linked texts and groups, so frequent that it would fill a fold
        linked, before = keys == keys[row - 1], None
        while before is None or (linked != before).any():
            before = linked
            linked = np.isin(keys, keys[linked])
            linked = np.isin(groups_of, groups_of[linked]) if grouped else linked
        assert linked.sum() > 3
    for one in prepared:
        parts = [one.rows[one.split_indices(split)] - 1 for split in SPLITS]
        for values in (keys, groups_of) if grouped else (keys,):
            sets = [set(values[part].tolist()) for part in parts]
            assert sets[0].isdisjoint(sets[1] | sets[2])
            assert sets[1].isdisjoint(sets[2])


def test_folds_are_even_in_size_and_in_classes():
    frame = plain(200)
    prepared = folds_of(frame, 5)
    sizes = [len(one.split_indices(Split.TEST)) for one in prepared]
    assert sizes == [40] * 5
    counts = np.array([np.bincount(one.labels[one.split_indices(Split.TEST)]) for one in prepared])
    assert (counts.max(axis=0) - counts.min(axis=0) <= 1).all()
    assert all(abs(len(one.split_indices(Split.VALIDATION)) - 30) <= 2 for one in prepared)


@pytest.mark.parametrize(
    "split",
    [
        {"fold": 1},
        {"k_folds": 3, "fold": 3},
        {"k_folds": 1},
        {"k_folds": 3, "column": "s"},
        {"k_folds": 3, "time": "t"},
        {"k_folds": 3, "group": "g", "test_groups": ("a",)},
    ],
)
def test_folds_that_cannot_be_are_refused(split):
    with pytest.raises(ValidationError, match="fold"):
        SplitConfig(**split)


def test_a_test_file_beside_folds_is_refused_by_name():
    frame = plain(60)
    frame["__part__"] = ["test" if row > 40 else "train" for row in range(60)]
    with pytest.raises(DataError, match="test file"):
        prepare(frame, config(k_folds=3))


def test_a_split_without_folds_has_the_job_id_it_had():
    data = DataConfig(dataset="d", text="text", label="label")
    folded = data.model_copy(update={"split": SplitConfig(k_folds=3)})
    assert "fold" not in DiagnoseConfig(data=data).model_dump_json(by_alias=True, exclude_defaults=True)
    assert job_id(DiagnoseConfig(data=data)) != job_id(DiagnoseConfig(data=folded))


def test_a_study_runs_every_arm_on_every_fold():
    data = DataConfig(dataset="d", text="text", label="label")
    study = StudyConfig(data=data, recipes=("linear", "probe"), k_folds=4)
    runs = expand_grid(study, {"all-MiniLM-L6-v2": 6})
    assert [(run.name, run.config.data.split.fold) for run in runs] == [
        (name, fold) for fold in range(4) for name in ("linear", "probe")
    ]
    with pytest.raises(ValidationError, match="k_folds"):
        StudyConfig(data=data.model_copy(update={"split": SplitConfig(k_folds=3)}), recipes=("linear",))


def test_each_seed_draws_its_own_folds_in_a_repeated_cross_validation():
    data = DataConfig(dataset="d", text="text", label="label")
    once = StudyConfig(data=data, recipes=("linear",), k_folds=3, seeds=(4, 5))
    again = once.model_copy(update={"redraw_folds": True})
    blocks = {"all-MiniLM-L6-v2": 6}
    splits = [run.config.data.split for run in expand_grid(again, blocks)]
    assert [(split.seed, split.fold) for split in splits] == [(s, fold) for s in (0, 1) for fold in range(3)]
    assert {run.config.data.split.seed for run in expand_grid(once, blocks)} == {0}
    of_first = [job_id(run.config) for run in expand_grid(once, blocks) if run.seed == 4]
    assert of_first == [job_id(run.config) for run in expand_grid(again, blocks) if run.seed == 4]
    frame = table([f"text {i}" for i in range(60)], ["a", "b", "c"] * 20)
    partitions = [
        prepare(frame, data.model_copy(update={"split": split})).split_indices(Split.TEST) for split in splits
    ]
    for rows in (partitions[:3], partitions[3:]):
        assert sorted(np.concatenate(rows)) == list(range(60))
    assert sorted(partitions[0]) != sorted(partitions[3])


def test_the_corrected_interval_of_a_repeated_cross_validation_holds_its_level():
    """Two models that guess alike: the interval of their difference leaves out 0 in about 5 % of data sets.

    A probe of noise and of other noise, trained and tested on the same repeated folds.
    """
    rng, outside, sets = np.random.default_rng(3), 0, 120
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=0)
    for _ in range(sets):
        y = np.arange(60) % 2
        first, second = rng.normal(size=(2, 60, 2)) + 0.6 * y[:, None]
        gaps = []
        for train, test in folds.split(first, y):
            scores = [
                NearestCentroid().fit(x[train], y[train]).score(x[test], y[test]) for x in (first, second)
            ]
            gaps.append(scores[0] - scores[1])
        outside += fold_interval(gaps, 5, 2).excludes_zero
    assert outside <= 0.1 * sets


def test_the_interval_over_folds_is_corrected_for_shared_training_rows():
    values = [0.8, 0.82, 0.79, 0.85, 0.81]
    estimate = fold_interval(values, 5)
    half = t.ppf(0.975, 4) * np.sqrt(np.var(values, ddof=1) * (1 / 5 + 1 / 4))
    assert estimate.value == pytest.approx(np.mean(values))
    assert (estimate.low, estimate.high) == pytest.approx((np.mean(values) - half, np.mean(values) + half))
    twice = fold_interval([*values, *values], 5, 2)
    spread = np.var([*values, *values], ddof=1)
    assert twice.high - twice.value == pytest.approx(t.ppf(0.975, 9) * np.sqrt(spread * (1 / 10 + 1 / 4)))
    assert np.isnan(fold_interval([0.5], 2).low)
