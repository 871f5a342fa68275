"""Splits by time and by whole groups: train on the earliest, test on the latest, nothing leaks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.data.test_data_preparing import config, findings_of, plain, table
from translearn_core.config import DataConfig, Split, SplitConfig, job_id
from translearn_core.data import prepare
from translearn_core.data.splits.time_split import parse_times
from translearn_core.errors import DataError
from translearn_core.jobs import DiagnoseConfig
from translearn_core.tasks.normalisation import text_key
from translearn_core.tasks.splits import SPLITS


def by_split(prepared, values):
    """Return the values of the rows of train, validation and test."""
    return [np.asarray(values)[prepared.rows[prepared.split_indices(split)] - 1] for split in SPLITS]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2), st.integers(0, 60)), min_size=30, max_size=90),
    st.sampled_from([0.1, 0.15, 0.3]),
)
def test_every_training_row_is_earlier_than_every_row_of_validation_and_test(rows, share):
    texts, labels, times = zip(*rows, strict=True)
    frame = table([f"text {t}" for t in texts], [f"c{c}" for c in labels], when=[str(t) for t in times])
    try:
        prepared = prepare(frame, config(time="when", validation=share, test=share, rare_class_below=2))
    except DataError:
        reject()
    train, validation, test = by_split(prepared, times)
    assert train.max() < validation.min() <= validation.max() < test.min()
    parts = [{text_key(text) for text in by_split(prepared, frame["text"])[k]} for k in range(3)]
    assert parts[0].isdisjoint(parts[1] | parts[2])
    assert parts[1].isdisjoint(parts[2])


def test_the_latest_rows_are_test_and_rows_without_a_time_train():
    frame = plain(100)
    days = pd.date_range("2024-01-01", periods=100).strftime("%Y-%m-%d").tolist()
    frame["when"] = days[::-1]  # the first row is the latest
    frame.loc[50:54, "when"] = None
    prepared = prepare(frame, config(time="when", validation=0.1, test=0.2))
    train, validation, test = by_split(prepared, range(1, 101))
    assert sorted(test) == list(range(1, 20))  # 0.2 of 95 rows with a time
    assert sorted(validation) == list(range(20, 30))
    assert {51, 52, 53, 54, 55} <= set(train)
    (split,) = findings_of(prepared, "split-by-time")
    assert all(day in split.sentence for day in ("2024-01-01", "2024-03-11", "2024-03-12", "2024-03-22"))
    assert findings_of(prepared, "missing-times")[0].count == 5


@pytest.mark.parametrize(
    ("cells", "first", "dates"),
    [
        (["2024-03-01", "2024-02-29"], "2024-03-01", True),
        (["13/04/2024", "02/05/2024"], "2024-04-13", True),
        (["04/13/2024", "02/05/2024"], "2024-04-13", True),
        (["01.02.2024", "03.02.2024"], "2024-02-01", True),
        (["2024-03-01T12:00:00+02:00", "2024-03-02"], "2024-03-01 10:00", True),
        (["2019", "2020"], 2019, False),
        (["1.5", "x", "2"], 1.5, False),
    ],
)
def test_dates_and_numbers_are_parsed(cells, first, dates):
    times, are_dates = parse_times(pd.Series(cells, dtype=object))
    assert are_dates is dates
    assert times[0] == (pd.Timestamp(first, tz="UTC").timestamp() if dates else first)


@pytest.mark.parametrize("cells", [["soon", "later"] * 30, ["2024-01-01"] * 60])
def test_a_column_that_cannot_be_cut_by_time_is_refused(cells):
    frame = plain(60)
    frame["when"] = cells
    with pytest.raises(DataError, match="'when'"):
        prepare(frame, config(time="when"))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 11)), min_size=60, max_size=90), st.integers(0, 3)
)
def test_whole_groups_are_held_out(rows, seed):
    frame = table(
        [f"text {t}" for t, _ in rows],
        [f"c{i % 2}" for i in range(len(rows))],
        shop=[f"shop {g}" for _, g in rows],
    )
    if "shop 0" not in set(frame["shop"]):
        reject()
    try:
        prepared = prepare(
            frame, config(group="shop", test_groups=("shop 0",), seed=seed, rare_class_below=2)
        )
    except DataError:
        reject()
    train, validation, test = (set(part) for part in by_split(prepared, frame["shop"]))
    assert test == {"shop 0"}
    assert train.isdisjoint(validation | test)
    assert validation.isdisjoint(test)


def test_an_unknown_group_is_refused():
    frame = plain(40)
    frame["shop"] = ["a", "b"] * 20
    with pytest.raises(DataError, match=r"'c'.*'a' and 'b'"):
        prepare(frame, config(group="shop", test_groups=("c",)))


@pytest.mark.parametrize(
    "split",
    [
        {"time": "when", "column": "part"},
        {"test_groups": ["a"]},
        {"test_groups": ["a"], "group": "shop", "time": "when"},
    ],
)
def test_two_sources_of_one_split_are_refused(split):
    with pytest.raises(ValidationError):
        SplitConfig(**split)


def test_a_split_without_times_keeps_its_job_id():
    data = DataConfig(dataset="d", text="text", label="label")
    assert job_id(DiagnoseConfig(data=data)) == job_id(
        DiagnoseConfig.model_validate({"data": {"dataset": "d", "text": "text", "label": "label"}})
    )
    timed = data.model_copy(update={"split": SplitConfig(time="when")})
    assert job_id(DiagnoseConfig(data=timed)) != job_id(DiagnoseConfig(data=data))
    assert prepare(plain(60), data).split_indices(Split.TEST).size == 9
