"""`translearn export` with a real engine and the bundled backbone; the folder runs by itself."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tests.commands.terminals import Terminal, refused
from translearn_core.commands.export import show


@pytest.fixture(scope="module")
def run(terminal: Terminal) -> str:
    return str(terminal.train("--epochs", 2)["run"])


def test_the_folder_classifies_by_itself_and_the_onnx_file_agrees(
    terminal: Terminal, run: str, tmp_path: Path
) -> None:
    out = tmp_path / "mine"
    done = terminal("export", run, "--out", out, "--onnx", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert set(record) == {"run", "out", "bytes", "files", "onnx_difference"}
    assert record["onnx_difference"] < 1e-4
    written = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()]
    assert sorted(written) == record["files"]
    text = "My card was stolen, please block it"
    predictions = []
    for program in ("predict.py", "predict_onnx.py"):
        command = [sys.executable, "-I", out / program, text]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        predictions.append(json.loads(answer.stdout))
    one, other = predictions
    assert one["label"] == other["label"]
    assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-4)
    assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "tickets\\.csv" in card
    assert "apache-2.0" in card


def test_the_folder_is_quoted_where_a_shell_will_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    show({"files": ["predict.py"], "out": "<img src=x>", "onnx_difference": None}, Console())
    last = capsys.readouterr().out.splitlines()[-1].removeprefix("Try it: ")
    assert shlex.split(last) == ["python", "<img src=x>/predict.py", "a text"]


def test_a_folder_that_holds_something_is_left_alone(terminal: Terminal, run: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    assert "is not empty" in refused(terminal("export", run, "--out", tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    assert "cannot be written" in refused(terminal("export", run, "--out", tmp_path / "letter.txt"))
    assert "no run 'no-such-run'" in refused(terminal("export", "no-such-run", "--out", tmp_path / "new"))
    assert not (tmp_path / "new").exists()
