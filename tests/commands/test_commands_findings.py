"""Findings as lines for a terminal: order, rows, and the option that overrides a guess."""

from pathlib import Path

import pandas as pd
import pytest

from translearn_core.commands.data_check import DataCheck
from translearn_core.commands.findings import lines, read_as, records
from translearn_core.config import CleaningRule, ReadOptions, TableKind
from translearn_core.config.settings import settings
from translearn_core.data import read_table
from translearn_core.results import FileFormat, Finding, LikelyReading, Severity, Suggestion, TableProfile

CSV = FileFormat("train", TableKind.CSV, "utf-8", ",")


def reading(
    *findings: Finding,
    formats: tuple[FileFormat, ...] = (CSV,),
    alternatives: tuple[LikelyReading, ...] = (),
) -> TableProfile:
    suggestion = Suggestion(None, None, None, "")
    return TableProfile(9, {"train": 9}, (), suggestion, findings, pd.DataFrame(), formats, alternatives)


def likely(*options: ReadOptions) -> tuple[LikelyReading, ...]:
    return tuple(LikelyReading("train", "", one, (), ()) for one in options)


def printed(*findings: Finding, **more: tuple[LikelyReading, ...]) -> list[str]:
    return [line for _, line in lines(findings, reading(*findings, **more))]


def test_the_worst_comes_first_and_what_only_describes_is_one_line() -> None:
    findings = [
        Finding("encoding", Severity.DETECTED, "Read as UTF-8."),
        Finding("empty-rows", Severity.DETECTED, "2 rows are empty.", (4, 5), 2),
        Finding("null-marks", Severity.FIXED, "Null."),
        Finding("imbalance", Severity.DECISION, "Unbalanced.", advice="Weigh them."),
        Finding("quoting", Severity.DETECTED, "Quoting: none."),
        Finding("cells-cut", Severity.WARNING, "Cut."),
    ]
    *lines_of_findings, formats = printed(*findings)
    assert lines_of_findings == [
        "decision: Unbalanced. Weigh them.",
        "warning: Cut.",
        "fixed: Null.",
        "2 rows are empty. (rows 4, 5)",
    ]
    assert "UTF-8, comma" in formats
    assert [one["severity"] for one in records(findings)] == [
        "decision", "warning", "fixed", "detected", "detected", "detected",
    ]  # fmt: skip
    assert records(findings)[0] == {
        "code": "imbalance", "severity": "decision", "sentence": "Unbalanced.", "rows": [], "count": 0,
        "advice": "Weigh them.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "count", "shown"),
    [
        ((3,), 1, "(row 3)"),
        ((3, 1700), 2, "(rows 3, 1,700)"),
        (tuple(range(1, 51)), 80, "(rows 1, 2, 3, 4, 5 …)"),
        ((), 8, "S."),
    ],
)
def test_row_numbers_are_few(rows: tuple[int, ...], count: int, shown: str) -> None:
    assert printed(Finding("x", Severity.WARNING, "S.", rows, count))[0].endswith(shown)


def test_a_line_is_one_line_that_no_terminal_acts_on() -> None:
    line, _ = printed(Finding("x", Severity.WARNING, "Column 'a\x1b[2J\n\tb' [red]is[/red] bad."))
    assert line == "warning: Column 'a�[2J b' [red]is[/red] bad."


def test_a_decision_names_the_setting_that_takes_it() -> None:
    line, _ = printed(
        Finding("rare-classes", Severity.DECISION, "Rare.", cleaning_rule=CleaningRule.DROP_RARE)
    )
    assert line == 'decision: Rare. (data.cleaning: "drop rare classes")'


def test_an_unsure_guess_names_the_options_that_settle_it() -> None:
    guess = Finding("encoding", Severity.WARNING, "Read as cp1252, which is a guess.", advice="Look.")
    choices = [ReadOptions(encoding=name) for name in ("cp1250", "cp1254")]
    line = printed(guess, alternatives=likely(ReadOptions(), *choices))[0]
    assert line.startswith(f"warning: {guess.sentence} ")
    assert line.endswith(" --encoding cp1250 or --encoding cp1254.")
    assert printed(guess)[0].endswith(" --encoding NAME.")


def test_another_delimiter_is_offered_where_the_files_are_described() -> None:
    given = ReadOptions(sheet="a.csv")
    choices = likely(given, given.but(delimiter=";"), given.but(delimiter=""), given.but(delimiter="::"))
    (line,) = printed(alternatives=choices)
    assert "UTF-8, comma" in line
    assert line.endswith(" --delimiter semicolon or --delimiter '' or --delimiter ::.")


@pytest.mark.parametrize(
    ("first", "cells", "option", "described"),
    [
        ("colour,thing", ("red", "blue"), "--no-header", "header in the first row"),
        ("we saw it as well,thing", ("they came by train", "it rains all day"), "--header", "no header"),
    ],
)
def test_a_header_in_doubt_is_settled_by_an_option(
    tmp_path: Path, first: str, cells: tuple[str, str], option: str, described: str
) -> None:
    path, words = tmp_path / "t.csv", ["abacus", "bell", "candle", "drum", "easel", "flute", "guitar"]
    rows = [f"{cells[i % 2]},{word}" for i, word in enumerate(words)]
    path.write_text("\n".join([first, *rows]))
    _, record = read_table({"train": path}, settings())
    *_, unsure, last = [line for _, line in lines(record.findings, record)]
    assert f" {option}." in unsure
    assert described in last


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (FileFormat("", TableKind.CSV, "utf-8", "", header=False), "UTF-8, one column, no header"),
        (FileFormat("", TableKind.TSV, "utf-8", "~"), "UTF-8, '~', header in the first row"),
        (FileFormat("", TableKind.CSV, "utf-8"), "UTF-8, fastText lines"),
        (FileFormat("", TableKind.JSONL, "utf-8"), "UTF-8, JSON records"),
        (FileFormat("", TableKind.PARQUET), "Parquet"),
        (
            FileFormat("", TableKind.XLSX, sheet="May", sheets=("May", "June")),
            "sheet 'May', workbook, header in the first row",
        ),
        (
            FileFormat("", TableKind.CSV, "utf-8", "\t", sheet="a/b.csv"),
            "file 'a/b.csv', UTF-8, tab, header in the first row",
        ),
    ],
)
def test_a_format_is_a_few_words(form: FileFormat, words: str) -> None:
    assert read_as((form,)) == [f"Read as {words}."]


def test_files_read_alike_are_one_line_and_others_one_each() -> None:
    test = FileFormat("test", TableKind.CSV, "utf-8", ",")
    (line,) = read_as((CSV, test))
    assert "UTF-8, comma" in line
    first, second = read_as((CSV, FileFormat("test", TableKind.PARQUET)))
    assert first.startswith("Train file")
    assert "UTF-8, comma" in first
    assert second.startswith("Test file")
    assert "Parquet" in second


def test_quiet_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    check = DataCheck(reading(), (Finding("cells-cut", Severity.WARNING, "Cut."),))
    check.show(quiet=True)
    assert capsys.readouterr() == ("", "")
    assert check.records()[0]["code"] == "cells-cut"
