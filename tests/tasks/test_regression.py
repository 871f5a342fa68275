"""Numbers in cells, what is reported on them, and what a table of numbers becomes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from translearn_core.config import DataConfig, ProblemType, TargetConfig
from translearn_core.data import PART, ROW, prepare
from translearn_core.data.diagnosis import diagnose
from translearn_core.errors import DataError
from translearn_core.results import Severity
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.numbers.cells import read_numbers
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN

PROBLEM = PROBLEMS[ProblemType.REGRESSION]


def values_of(*cells: str) -> list[float]:
    return read_numbers(pd.Series(cells, dtype=object)).values.tolist()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("1", "-2.5", "+3e2", " .5 ", "7."), (1, -2.5, 300, 0.5, 7)),
        (("3,5", "4", "-0,25"), (3.5, 4, -0.25)),
        (("1.234,5", "2.000.000,0"), (1234.5, 2e6)),
        (("1,234", "12,345,678"), (1234, 12345678)),
        (("1,234.50", "7,5"), (1234.5, np.nan)),
        (("1,234", "0,5"), (1.234, 0.5)),
        (("$12.50", "€ 3", "40 %", "1'000", "\u22125"), (12.5, 3, 40, 1000, -5)),
        (("NaN", "inf", "-Infinity", "1e400", "n/a", "five", "4/5", "1_000", "0x10"), (np.nan,) * 9),
        (("１２", "٣"), (12, 3)),
    ],
)
def test_cells_are_read_as_numbers(cells: tuple[str, ...], values: tuple[float, ...]) -> None:
    np.testing.assert_array_equal(values_of(*cells), values)


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=20))
def test_numbers_as_python_writes_them_are_read_exactly(numbers: list[float]) -> None:
    assert values_of(*map(repr, numbers)) == numbers


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
def test_any_cell_is_a_finite_number_or_none(cells: list[str]) -> None:
    values = np.array(values_of(*cells))
    assert (np.isnan(values) | (np.abs(values) <= 1e18)).all()


def table_of(cells: list[str], parts: list[str] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"x": [f"text {k}" for k in range(len(cells))], "y": cells}, dtype=object)
    return frame.assign(**{ROW: np.arange(1, len(cells) + 1), PART: parts or "train"})


def config() -> DataConfig:
    target = TargetConfig(column="y", problem=ProblemType.REGRESSION)
    return DataConfig(dataset="d", text="x", targets=(target,))


def test_cells_that_are_no_numbers_are_left_out_and_reported() -> None:
    cells = [str(k) for k in range(60)]
    cells[3], cells[7], cells[11] = "n/a", "NaN", "inf"
    prepared = prepare(table_of(cells), config())
    assert sorted(prepared.target.values) == [k for k in range(60) if k not in (3, 7, 11)]
    (left_out,) = [f for f in prepared.findings if f.code == "not-a-number"]
    assert (left_out.severity, left_out.rows) == (Severity.FIXED, (4, 8, 12))


def test_decimal_commas_are_read_and_reported() -> None:
    prepared = prepare(table_of([f"{k},5" for k in range(60)]), config())
    assert prepared.target.values.min() == 0.5
    (read,) = [f for f in prepared.findings if f.code == "numbers-read"]
    assert read.count == 60


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_file_of_words_is_refused(part: str) -> None:
    cells = [str(k) for k in range(40)] + ["good", "bad"] * 10
    parts = ["train"] * 40 + [part] * 20
    if part == "train":
        cells = cells[30:]
        parts = parts[30:]
    with pytest.raises(DataError, match=f"'y'{' of the test file' if part == 'test' else ''} hold no number"):
        prepare(table_of(cells, parts), config())


def test_strata_are_quantiles_and_keep_order_and_ties() -> None:
    values = np.random.default_rng(0).lognormal(size=1000).round(1)
    target = Target("y", ProblemType.REGRESSION, ("y",), values)
    strata = PROBLEM.strata(target)
    assert len(PROBLEM.stratum_names(target)) == strata.max() + 1 >= 8
    order = np.argsort(values, kind="stable")
    assert (np.diff(strata[order]) >= 0).all()
    assert all(len(np.unique(strata[values == value])) == 1 for value in np.unique(values))
    assert np.bincount(strata).min() > 30


def test_outliers_and_values_beyond_train_are_reported() -> None:
    values = np.r_[np.linspace(0, 1, 98), 50.0, 60.0]
    target = Target("y", ProblemType.REGRESSION, ("y",), values)
    split = np.full(100, TRAIN)
    split[-1] = TEST
    (finding,) = PROBLEM.findings(target, split)
    assert (finding.code, finding.severity) == ("outlying-values", Severity.WARNING)
    prepared = prepare(table_of([str(k) for k in range(50)], ["train"] * 40 + ["test"] * 10), config())
    (outside,) = [f for f in prepared.findings if f.code == "values-outside-train"]
    assert outside.count == 10


def test_counts_are_by_value_or_by_range() -> None:
    split = np.arange(300) % len(SPLITS)
    few, many = (
        PROBLEM.count_rows(Target("y", ProblemType.REGRESSION, ("y",), values), split)
        for values in (np.arange(300.0) % 5, np.arange(300.0))
    )
    assert few["label"].tolist() == ["0", "1", "2", "3", "4"]
    assert many["label"].tolist() == [f"{low} to {low + 20}" for low in range(0, 300, 20)]
    assert many[[str(s) for s in SPLITS]].to_numpy().sum() == 300


def test_a_table_of_numbers_is_diagnosed() -> None:
    diagnosis, prepared = diagnose(table_of([str(k % 7) for k in range(90)]), config(), None)
    assert prepared is not None
    assert diagnosis.counts["label"].tolist() == [str(k) for k in range(7)]
    assert not [f for f in diagnosis.findings if f.severity is Severity.BLOCKING]
    diagnosis, prepared = diagnose(table_of(["4"] * 30), config(), None)
    assert prepared is None
    assert diagnosis.findings[0].severity is Severity.BLOCKING
