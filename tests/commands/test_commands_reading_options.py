"""How files are read, as chosen on the command line: options, columns by number, and a run that has them."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest
import typer

from tests.architectures import tiny_folder
from tests.commands.terminals import TICKETS, Terminal
from translearn_core.cli import app
from translearn_core.commands.data_check import column_name
from translearn_core.commands.options import ReadingOptions, read_options
from translearn_core.config import DataConfig, ExperimentConfig, ReadOptions
from translearn_core.errors import ConfigError, DataError
from translearn_core.results import Column, Reading, Suggestion
from translearn_core.runs.repeating import command

COMMANDS = ("train", "lr-find", "advise", "label-curve", "pretrain", "predict", "study")


def columns(*names: str) -> Reading:
    found = tuple(Column(name, 1, 1, 1.0, ()) for name in names)
    return Reading(1, {"train": 1}, found, Suggestion(None, None, None, ""), (), pd.DataFrame())


@pytest.mark.parametrize(
    ("word", "names", "found"),
    [
        ("text", ("label", "text"), "text"),
        ("2", ("label", "text"), "text"),
        ("2", ("label", "2", "1"), "2"),
        ("6", tuple(f"column {k}" for k in range(1, 8)), "column 6"),
        ("3", ("text", "column 3"), "column 3"),  # the second column was empty and without a name
        ("1", ("text",), "text"),
    ],
)
def test_a_column_is_named_or_numbered(word: str, names: tuple[str, ...], found: str) -> None:
    assert column_name(word, columns(*names), "--text") == found


@pytest.mark.parametrize("word", ["0", "3", "-1", "txt", "²"])
def test_a_column_that_is_not_there_is_named_with_the_option(word: str) -> None:
    with pytest.raises(DataError, match=f"no column '{word}' in this file; it has 'a', 'b': check --label"):
        column_name(word, columns("a", "b"), "--label")


@pytest.mark.parametrize(
    ("asked", "option"),
    [
        (ReadingOptions(encoding="klingon"), "encoding"),
        (ReadingOptions(encoding="rot13"), "encoding"),
        (ReadingOptions(encoding="a\0b"), "encoding"),
        (ReadingOptions(delimiter='"'), "delimiter"),
        (ReadingOptions(delimiter="longer than that"), "delimiter"),
        (ReadingOptions(sheet="x" * 201), "sheet"),
    ],
)
def test_a_wrong_value_names_the_option(asked: ReadingOptions, option: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_options(asked)
    assert caught.value.field == option


OPTIONS = [
    ReadOptions(),
    ReadOptions(encoding="cp1250", delimiter=";", header=False, sheet="May (2)"),
    ReadOptions(delimiter="\t", header=True),
    ReadOptions(delimiter=""),
    ReadOptions(delimiter="::"),
]


@pytest.mark.parametrize("options", OPTIONS)
def test_the_command_that_repeats_a_run_reads_its_files_alike(options: ReadOptions) -> None:
    config = ExperimentConfig(data=DataConfig(dataset="d", text="column 2", label="column 1"))
    words = shlex.split(command(config, "data.csv", options=options))
    train = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
    given = train.make_context("train", words[2:]).params
    asked = ReadingOptions(**{one.name: given[one.name] for one in fields(ReadingOptions)})
    assert read_options(asked) == options


def test_every_command_that_reads_data_takes_the_options() -> None:
    for name in COMMANDS:
        offered = {one.name for one in typer.main.get_command(app).commands[name].params}  # type: ignore[attr-defined]
        assert {one.name for one in fields(ReadingOptions)} <= offered, name


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file without a header, split at tildes, with a column that holds one value and a blank row."""
    path = tmp_path_factory.mktemp("table") / "tickets.txt"
    rows = pd.read_csv(TICKETS)[["text", "intent"]].head(200).astype(str)
    lines = [f"{intent}~x~{text.replace('~', ' ')}" for text, intent in rows.itertuples(index=False)]
    path.write_text("\n".join([*lines[:20], "~x~", *lines[20:]]))
    return path


def test_a_file_is_read_as_the_options_say_and_what_was_found_is_told(
    terminal: Terminal, table: Path, tmp_path: Path
) -> None:
    reading = ("--no-header", "--delimiter", "~")
    tiny = tiny_folder("bert", tmp_path / "tiny")
    words = ("train", table, *reading, "--text", 3, "--backbone", tiny, "--epochs", 1, "--json")
    blocked = terminal(*words, "--label", 2)
    assert (blocked.returncode, blocked.stdout, blocked.stderr.count("\n")) == (2, "", 1)
    assert "holds one class only" in blocked.stderr

    done = terminal(*words, "--label", 1)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["findings"]
    codes = [one["code"] for one in found]
    assert {"no-header", "missing-texts", "split"} <= set(codes)
    missing = found[codes.index("missing-texts")]
    assert (missing["severity"], missing["rows"], missing["count"]) == ("mended", [21], 1)
    said = done.stderr.splitlines()
    assert any(line.startswith("mended: ") and line.endswith("(row 21)") for line in said)
    assert said[-1] == "Read as UTF-8, '~', no header."

    run = json.loads(done.stdout)["run"]
    out = tmp_path / "out.csv"
    told = terminal("predict", run, table, "--out", out, *reading, "--quiet", "--json")
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(told.stdout)["findings"]
    assert list(pd.read_csv(out).columns)[:3] == ["column 1", "column 2", "column 3"]
