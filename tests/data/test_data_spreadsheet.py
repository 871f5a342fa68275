"""CSV injection: cells that a spreadsheet would run are escaped, others stay as they are."""

import csv
import io
import time

import pandas as pd
import pytest

from translearn_core.data.csv_injection import (
    escape_cell,
    escape_formulas,
    holds_formulas,
    looks_like_formula,
)

SAFE = (
    "-", "+", "=", "@", "--", "−", "－", "+5", "-3.2", "- 5", "-1e5", "-5 %", "-1.234,56", "＋5", "1e5",
    "e-mail", "x = 1", "a;-5;b", "+49 30 1234567", "\ttext", "he said, @bob", "", "a\n-",
)  # fmt: skip
FORMULAS = {
    "=1": "'=1",
    "@team": "'@team",
    "- item": "'- item",
    "-1+2": "'-1+2",
    "-cmd|' /C calc'!A0": "'-cmd|' /C calc'!A0",
    "＝1+1": "'＝1+1",
    "＠SUM(A1)": "'＠SUM(A1)",
    " =1": "' =1",
    "\xa0=1": "'\xa0=1",
    "\u200b\ufeff=1": "'\u200b\ufeff=1",
    "\t=1": "'\t'=1",
    "a\n=cmd": "a\n'=cmd",
    "a\r=cmd": "a\r'=cmd",
    "a\u2028=cmd": "a\u2028'=cmd",
    "a;=cmd": "a;'=cmd",
    "a; +cmd": "a; '+cmd",
    'a;"=cmd"': 'a;"\'=cmd"',
    "x\t＝1": "x\t'＝1",
}


@pytest.mark.parametrize("cell", SAFE)
def test_what_no_spreadsheet_runs_is_left_as_it_is(cell: str) -> None:
    assert escape_cell(cell) == cell
    assert not looks_like_formula(cell)


@pytest.mark.parametrize(("cell", "written"), FORMULAS.items())
def test_what_one_would_run_gets_an_apostrophe(cell: str, written: str) -> None:
    assert escape_cell(cell) == written
    assert looks_like_formula(cell)


def test_the_separator_of_the_file_is_quoted_and_splits_no_cell() -> None:
    assert escape_cell("a,=1", ",") == "a,=1"
    assert escape_cell("a,=1", "\t") == "a,'=1"
    assert escape_cell("a\t=1", "\t") == "a\t=1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_begins_a_formula_however_the_file_is_split(delimiter: str) -> None:
    frame = pd.DataFrame({"=h;=h": list(FORMULAS), "b": list(reversed(FORMULAS))})
    text = escape_formulas(frame).to_csv(index=False, lineterminator="\r\n")
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row]
    first = [cell.replace("\ufeff", "").replace("\u200b", "").strip()[:1] for cell in cells]
    assert not {"=", "+", "-", "@", "＝", "＋", "－", "＠"} & set(first)


def test_only_texts_change_and_headers_are_texts_too() -> None:
    frame = pd.DataFrame([["=1", -1.5, None, "-"]], columns=["=a", "b", "b", "c"])
    out = escape_formulas(frame)
    assert out.columns.tolist() == ["'=a", "b", "b", "c"]
    assert out.iloc[0].tolist() == ["'=1", -1.5, None, "-"]
    assert frame.iloc[0, 0] == "=1"
    labels = pd.DataFrame({"label": pd.Categorical(["=1", "-"])})
    assert escape_formulas(labels)["label"].tolist() == ["'=1", "-"]
    assert holds_formulas(labels)
    assert not holds_formulas(labels.iloc[1:])
    assert escape_formulas(pd.DataFrame(columns=["@a"])).columns.tolist() == ["'@a"]


@pytest.mark.parametrize(
    "cell", ["\n" * 10**6 + "x-", "-" * 10**6 + "x", "-1" + " " * 10**6 + "x", "- " * 10**6]
)
def test_long_cells_take_time_in_proportion(cell: str) -> None:
    start = time.perf_counter()
    escape_cell(cell)
    assert time.perf_counter() - start < 2
