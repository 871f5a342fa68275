"""Tables in terminals of any width: numbers are never cut, texts wrap, wide tables are split."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from tests.conftest import ROOT
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.runs import LOCAL, RunStore, Workspace

NUMBERS = tuple(f"measure {k} low" for k in range(9))
ROWS = [
    (f"way {k}", *(f"{k + j / 1000:.3f}" for j in range(9)), "a long sentence about it " * 4) for k in (1, 2)
]


def printed(width: int) -> str:
    out = io.StringIO()
    heads = ("way", *NUMBERS, "remark")
    print_table(Console(file=out, width=width), heads, ROWS, numbers=NUMBERS, title="T[0]")
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_every_number_is_whole_and_no_line_too_long(width: int) -> None:
    text = printed(width)
    assert "…" not in text
    words = text.split()
    assert all(words.count(cell) == 1 for row in ROWS for cell in row[1:-1])
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert text.count("sentence") == 8


def test_each_part_of_a_split_table_names_its_rows_and_the_title_stands_once() -> None:
    assert printed(250).count("way 1") == 1
    assert printed(60).count("way 1") > 1
    assert printed(60).count("T[0]") == 1


def test_a_text_without_blanks_is_folded_and_not_cut() -> None:
    out = io.StringIO()
    print_table(Console(file=out, width=40), ("name", "score"), [("x" * 60, "0.125")], numbers=("score",))
    assert out.getvalue().count("x") == 60
    assert "0.125" in out.getvalue()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    store = RunStore(Workspace(tmp_path))
    dataset = store.add_dataset(LOCAL, "d.csv", {"train": b"t,l\n1,2\n"})
    data = DataConfig(dataset=dataset.digest, text="t", label="l")
    store.submit(LOCAL, ExperimentConfig(data=data), "\U0001f600 中文 [red] żółć")
    store.close()
    return tmp_path


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8", "latin-1"])
def test_no_encoding_of_the_terminal_makes_a_traceback(workspace: Path, encoding: str) -> None:
    done = translearn(workspace, "runs", encoding=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"[red]" in done.stdout
    assert ("中文".encode() in done.stdout) == (encoding == "utf-8")
    wrong = translearn(workspace, "evidence", "\U0001f600", encoding=encoding)
    assert wrong.returncode == 2
    assert b"Traceback" not in wrong.stderr


@pytest.mark.parametrize(
    "words", [("runs",), ("runs", "--json"), ("recipes",), ("recipes", "--json"), ("--help",)]
)
def test_a_closed_pipe_ends_quietly(workspace: Path, words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = translearn(workspace, *words, stdout=closed)
    assert done.stderr == b""
    assert done.returncode in (0, 1)


def translearn(
    workspace: Path, *words: str, encoding: str = "utf-8", stdout: object = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "TRANSLEARN_WORKSPACE": str(workspace), "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "translearn_core.commands.cli", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdout=stdout, stderr=subprocess.PIPE, timeout=500, check=False
    )
