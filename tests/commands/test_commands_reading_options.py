"""Options for reading files: values, columns by number, and a run that uses them."""

import json
import shlex
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest
import typer

from tests.architectures import tiny_folder
from tests.commands.terminals import TICKETS, Terminal
from translearn_core.commands.cli import app
from translearn_core.commands.data_check import column_name
from translearn_core.commands.terminal import client
from translearn_core.commands.terminal.options import ReadingOptions, read_options
from translearn_core.config import DataConfig, ExperimentConfig, ReadOptions
from translearn_core.errors import ConfigError, DataError, TranslearnError
from translearn_core.jobs import Slot
from translearn_core.results import Column, Suggestion, TableProfile
from translearn_core.runs import State, open_store
from translearn_core.runs.reproduce import cli_command
from translearn_core.worker.context import Context
from translearn_core.worker.handlers import handler

COMMANDS = ("train", "lr-find", "advise", "label-efficiency", "pretrain", "predict", "study")


def columns(*names: str) -> TableProfile:
    record = tuple(Column(name, 1, 1, 1.0, ()) for name in names)
    return TableProfile(1, {"train": 1}, record, Suggestion(None, None, None, ""), (), pd.DataFrame())


@pytest.mark.parametrize(
    ("word", "names", "record"),
    [
        ("text", ("label", "text"), "text"),
        ("2", ("label", "text"), "text"),
        ("2", ("label", "2", "1"), "2"),
        ("6", tuple(f"column {k}" for k in range(1, 8)), "column 6"),
        ("3", ("text", "column 3"), "column 3"),  # the second column was empty and without a name
        ("1", ("text",), "text"),
    ],
)
def test_a_column_is_named_or_numbered(word: str, names: tuple[str, ...], record: str) -> None:
    assert column_name(word, columns(*names), "--text") == record


@pytest.mark.parametrize("word", ["0", "3", "-1", "txt", "²"])
def test_a_column_that_is_not_there_is_named_with_the_option(word: str) -> None:
    with pytest.raises(DataError, match=f"no column '{word}'.* 'a', 'b'.*--label"):
        column_name(word, columns("a", "b"), "--label")


@pytest.mark.parametrize(
    ("reading_options", "option"),
    [
        (ReadingOptions(encoding="klingon"), "encoding"),
        (ReadingOptions(encoding="rot13"), "encoding"),
        (ReadingOptions(encoding="a\0b"), "encoding"),
        (ReadingOptions(delimiter='"'), "delimiter"),
        (ReadingOptions(delimiter="longer than that"), "delimiter"),
        (ReadingOptions(sheet="x" * 201), "sheet"),
    ],
)
def test_a_wrong_value_names_the_option(reading_options: ReadingOptions, option: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_options(reading_options)
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
    words = shlex.split(cli_command(config, "data.csv", options=options))
    train = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
    given = train.make_context("train", words[2:]).params
    reading_options = ReadingOptions(**{one.name: given[one.name] for one in fields(ReadingOptions)})
    assert read_options(reading_options) == options


def test_every_command_that_reads_data_takes_the_options() -> None:
    for name in COMMANDS:
        options_of_command = {one.name for one in typer.main.get_command(app).commands[name].params}  # type: ignore[attr-defined]
        assert {one.name for one in fields(ReadingOptions)} <= options_of_command, name


def run_jobs() -> None:
    """Run all queued jobs in this process."""
    store = open_store()
    for job in [job for slot in Slot for job in store.waiting(slot)]:
        assert store.begin(job, "test")
        record = store.job(job)
        context = Context(store, record, store.workspace.run(job), {})
        try:
            handler(record.spec)(context)
            context.flush()
            store.finish(job, State.DONE)
        except TranslearnError as error:
            store.finish(job, State.FAILED, str(error))


@pytest.fixture
def translearn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The command line, with jobs run in this process instead of in an engine."""
    monkeypatch.setattr(client, "ensure_engine", lambda *_, **__: run_jobs())
    return Terminal(tmp_path / "workspace")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A file without a header, split at tildes; a column of it holds one value, and a row has no text."""
    path = tmp_path / "tickets.txt"
    rows = pd.read_csv(TICKETS)[["text", "intent"]].head(200).astype(str)
    lines = [f"{intent}~x~{text.replace('~', ' ')}" for text, intent in rows.itertuples(index=False)]
    path.write_text("\n".join([*lines[:20], "refund_missing~x~", *lines[20:]]))
    return path


def test_a_file_is_read_as_the_options_say_and_what_was_found_is_told(
    translearn: Terminal, table: Path, tmp_path: Path
) -> None:
    reading = ("--no-header", "--delimiter", "~")
    tiny = tiny_folder("bert", tmp_path / "tiny")
    words = ("train", table, *reading, "--text", 3, "--backbone", tiny, "--epochs", 1, "--json")
    blocked = translearn(*words, "--label", 2)
    assert (blocked.returncode, blocked.stdout) == (2, "")
    assert blocked.stderr.splitlines()[-1].startswith("translearn: Column 'column 2'")
    assert "Read as" not in blocked.stderr

    done = translearn(*words, "--label", 1)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)["findings"]
    codes = [one["code"] for one in record]
    assert {"no-header", "missing-texts", "split"} <= set(codes)
    missing = record[codes.index("missing-texts")]
    assert (missing["severity"], missing["rows"], missing["count"]) == ("fixed", [21], 1)
    printed = done.stderr.splitlines()
    assert any(line.startswith("fixed: ") and line.endswith("(row 21)") for line in printed)
    assert any("UTF-8, '~', no header" in line for line in printed)

    run, out = json.loads(done.stdout)["run"], tmp_path / "out.csv"
    predicted = translearn("predict", run, table, "--out", out, *reading, "--quiet", "--json")
    assert predicted.returncode == 0, predicted.stderr
    assert "Read as" not in predicted.stderr
    assert json.loads(predicted.stdout)["findings"]
    assert list(pd.read_csv(out, sep="~").columns)[:3] == ["column 1", "column 2", "column 3"]
