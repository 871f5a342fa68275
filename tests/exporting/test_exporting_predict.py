"""Exported `predict.py`, run without this project: the same probabilities for every kind of model."""

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
INPUTS = (*TEXTS, LONG, "ünïcödé 中文")
Exports = dict[str, tuple[list[dict[str, Any]], NDArray[np.float32]]]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """Lines that `predict.py` printed for every choice, and the model's own probabilities."""
    root = tmp_path_factory.mktemp("exports")
    folders = {name: root / str(i) for i, name in enumerate(CHOICES)}
    expected = {name: write(choice, folders[name], INPUTS) for name, choice in CHOICES.items()}
    lines = run_elsewhere("predict.py", list(folders.values()), INPUTS)
    return {name: (lines[str(folders[name])], expected[name]) for name in CHOICES}


@pytest.mark.parametrize("name", CHOICES)
def test_predictions_equal_the_models(exports: Exports, name: str) -> None:
    lines, expected = exports[name]
    assert [line["text"] for line in lines] == list(INPUTS)
    np.testing.assert_allclose(shares(lines), expected, atol=1e-5)
    assert [line["label"] for line in lines] == [LABELS[k] for k in expected.argmax(1)]


def test_the_choices_have_different_probabilities(exports: Exports) -> None:
    berts = [
        expected
        for name, (_, expected) in exports.items()
        if name in ("layers last", "layers mix", "mlp relu")
    ]
    assert min(np.abs(a - b).max() for a in berts for b in berts if a is not b) > 1e-2
    spread = {name: float(np.ptp(expected, axis=0).max()) for name, (_, expected) in exports.items()}
    assert min(spread.values()) > 1e-2, {name: wide for name, wide in spread.items() if wide < 0.1}


def predict(folder: Path, *words: object, typed: bytes = b"") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", folder / "predict.py", *words]
    done = subprocess.run(command, capture_output=True, input=typed, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_csv_column_is_classified_and_blank_rows_get_no_label(tmp_path: Path) -> None:
    expected = write(CHOICES["layers last"], tmp_path, ["a good film", "bad"])
    table = tmp_path / "reviews.csv"
    table.write_text('id,review\n1,"a good film"\n2, \n3,bad\n', encoding="utf-8-sig")

    done = predict(tmp_path, "--csv", table, "--column", "review")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    good, blank, bad = map(json.loads, done.stdout.splitlines())
    assert blank == {"text": " ", "label": None, "probabilities": {}}
    np.testing.assert_allclose(shares([good, bad]), expected, atol=1e-5)
    wrong = predict(tmp_path, "--csv", table, "--column", "text")
    assert wrong.returncode == 2
    assert "--column is 'text'" in wrong.stderr
    assert "'id', 'review'" in wrong.stderr
    assert wrong.stderr.count("\n") == 1


def test_the_table_is_written_with_a_prediction_per_row(tmp_path: Path) -> None:
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
