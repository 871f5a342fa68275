"""`translearn lr-find` with a real engine and the bundled backbone."""

import json
from pathlib import Path

import pytest

from tests.commands.terminals import TICKETS, Terminal, refused

WORDS = ("lr-find", TICKETS, "--text", "text", "--label", "intent")


def test_a_rate_is_found_and_told_as_one_object(terminal: Terminal) -> None:
    done = terminal(*WORDS, "--steps", 60, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["setting"] == "head_lr"
    assert 0 < len(record["curve"]) <= 60
    assert set(record["curve"][0]) == {"rate", "loss", "smoothed"}
    assert record["curve"][0]["rate"] == pytest.approx(1e-6)
    assert record["suggestion"] == record["head_lr"]
    assert record["options"] == f"--head-lr {record['head_lr']:g}"
    assert record["suggestion"] > 1e-4
    assert record["reason"].endswith(".")
    again = json.loads(terminal(*WORDS, "--steps", 60, "--json").stdout)
    assert again == record


def test_the_curve_is_a_small_table_with_the_reason_below(terminal: Terminal) -> None:
    done = terminal(*WORDS, "--train-blocks", "last:1", "--steps", 40, "--low", "1e-5", "--high", "0.1")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert 5 < len(lines) < 30
    assert "smoothed" in done.stdout
    assert "To train so: --lr " in lines[-1]
    assert "--head-lr" in lines[-1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--low", "0.5", "--high", "1"), "at least ten times low"),
        (("--steps", "3"), "steps is 3"),
        (("--train-blocks", "9"), "blocks from 0 to 5"),
    ],
)
def test_a_bad_option_is_one_line(terminal: Terminal, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused(terminal(*WORDS, *words))


def test_the_file_has_to_be_there(terminal: Terminal, tmp_path: Path) -> None:
    done = terminal("lr-find", tmp_path / "no.csv", "--text", "a", "--label", "b")
    assert done.returncode == 2
    assert "no file" in done.stderr
