"""`predict.py` beside a model, run where this project is not: the same probabilities for every choice."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tiny_exports import CHOICES, LABELS, run_elsewhere, shares, write

from tests.architectures import TEXTS

LONG = " ".join(["the film was good and the plot was bad"] * 6)
ASKED = (*TEXTS, LONG, "ünïcödé 中文")
Exports = dict[str, tuple[list[dict[str, Any]], NDArray[np.float32]]]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """What `predict.py` printed for every choice, and what the model itself said."""
    root = tmp_path_factory.mktemp("exports")
    folders = {name: root / str(i) for i, name in enumerate(CHOICES)}
    ours = {name: write(choice, folders[name], ASKED) for name, choice in CHOICES.items()}
    told = run_elsewhere("predict.py", list(folders.values()), ASKED)
    return {name: (told[str(folders[name])], ours[name]) for name in CHOICES}


@pytest.mark.parametrize("name", CHOICES)
def test_it_says_what_the_model_said(exports: Exports, name: str) -> None:
    told, ours = exports[name]
    assert [line["text"] for line in told] == list(ASKED)
    np.testing.assert_allclose(shares(told), ours, atol=1e-5)
    assert [line["label"] for line in told] == [LABELS[k] for k in ours.argmax(1)]


def test_the_choices_differ_so_that_the_comparison_can_fail(exports: Exports) -> None:
    berts = [ours for name, (_, ours) in exports.items() if name in ("layers last", "layers mix", "mlp relu")]
    assert min(np.abs(a - b).max() for a in berts for b in berts if a is not b) > 1e-2
    spread = {name: float(np.ptp(ours, axis=0).max()) for name, (_, ours) in exports.items()}
    assert min(spread.values()) > 1e-2, {name: wide for name, wide in spread.items() if wide < 0.1}


def predict(folder: Path, *words: object, typed: bytes = b"") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", folder / "predict.py", *words]
    done = subprocess.run(command, capture_output=True, input=typed, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_csv_is_read_by_column_and_rows_without_words_get_no_label(tmp_path: Path) -> None:
    ours = write(CHOICES["layers last"], tmp_path, ["a good film", "bad"])
    table = tmp_path / "reviews.csv"
    table.write_text('id,review\n1,"a good film"\n2, \n3,bad\n', encoding="utf-8-sig")

    done = predict(tmp_path, "--csv", table, "--column", "review")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    good, nothing, bad = map(json.loads, done.stdout.splitlines())
    assert nothing == {"text": " ", "label": None, "probabilities": {}}
    np.testing.assert_allclose(shares([good, bad]), ours, atol=1e-5)
    wrong = predict(tmp_path, "--csv", table, "--column", "text")
    assert wrong.returncode == 2
    assert wrong.stderr.strip() == "--column is 'text': give one of 'id', 'review'."


def test_the_table_goes_out_with_its_answers_row_by_row(tmp_path: Path) -> None:
    write(CHOICES["layers last"], tmp_path, ["a good film", "bad"])
    table, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_bytes("id;text;predicted\n1;schön, ja;mine\n2;;yours\n\n4;bad;=1\n".encode("cp1252"))
    done = predict(tmp_path, "--csv", table, "--column", "text", "--out", out)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("\n") == 1
    assert "Windows-1252" in done.stderr
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [row["text"] for row in rows] == ["schön, ja", "", "", "bad"]
    assert [row["predicted"] for row in rows] == ["mine", "yours", "", "=1"]
    assert [row["predicted 2"] != "" for row in rows] == [True, False, False, True]
    assert [row["probability"] != "" for row in rows] == [True, False, False, True]
    lines = predict(tmp_path, "--encoding", "latin-1", typed="schön\n\nbad".encode("latin-1"))
    assert [json.loads(line)["text"] for line in lines.stdout.splitlines()] == ["schön", "", "bad"]
    assert lines.stderr == ""
