"""`translearn study` with real processes, a real engine and a tiny backbone."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architectures import tiny_folder
from tests.commands.terminals import ROOT, as_in_a_terminal
from translearn_core.runs import LOCAL, RunStore, State, Studies, Workspace


def rows(start: int, stop: int) -> str:
    good, bad = ["great", "lovely", "wonderful", "fine"], ["terrible", "boring", "awful", "sad"]
    things = ["film", "book", "music", "food", "phone", "story", "service"]
    lines = []
    for i in range(start, stop):
        word, verb = (good if i % 2 else bad)[i // 2 % 4], "loved" if i % 2 else "hated"
        lines.append(f'"the {things[i % 7]} was {word} and i {verb} it, {i}",{i % 2}')
    return "review,liked\n" + "\n".join(lines) + "\n"


class House:
    """A folder with a study file, its data and a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.workspace = folder, folder / "workspace"
        self.environment = {
            **os.environ, "TRANSLEARN_WORKSPACE": str(self.workspace), "TRANSLEARN_HUB": "false"
        }  # fmt: skip
        (folder / "train.csv").write_text(rows(0, 160))
        (folder / "test.csv").write_text(rows(200, 280))
        self.backbone = tiny_folder("bert", folder / "tiny")

    def file(self, **changed: object) -> Path:
        """Write the study's file; JSON is YAML."""
        told = {
            "name": "tiny ways",
            "files": {"train": "train.csv", "test": "test.csv"},
            "text": "review",
            "label": "liked",
            "backbones": [str(self.backbone)],
            "recipes": ["linear", "last-k", "scratch"],
            "seeds": [0, 1],
            "settings": {"features.token_limit": 32, "training.epochs": 1, "training.precision": "float32"},
            "baseline": "linear",
        }
        path = self.folder / "study.yaml"
        path.write_text(json.dumps(told | changed))
        return path

    def start(self, *words: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "translearn_core.commands.cli", *map(str, words)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, text=True, preexec_fn=as_in_a_terminal, **pipes
        )

    def __call__(self, *words: object) -> tuple[int, str, str]:
        process = self.start(*words)
        out, said = process.communicate(timeout=500)
        return process.returncode, out, said

    @property
    def store(self) -> RunStore:
        return RunStore(Workspace(self.workspace))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"))
    yield house
    assert house("stop")[0] == 0


def test_a_study_runs_to_its_end_and_is_said_as_json_and_csv(house: House, tmp_path: Path) -> None:
    code, out, said = house("study", house.file(), "--json", "--out", tmp_path / "cells.csv")
    assert code == 0, said
    found = json.loads(out)
    assert [(cell["cell"], cell["runs"]) for cell in found["cells"]] == [
        ("linear", 2),
        ("last-k", 2),
        ("scratch", 2),
    ]
    assert (found["baseline"], found["test_rows"], found["failed"]) == ("linear", 80, [])
    assert found["cells"][0]["difference"] is None
    assert all(
        0 <= cell["accuracy low"] <= cell["accuracy"] <= cell["accuracy high"] <= 1 for cell in found["cells"]
    )
    assert any(
        sentence.startswith("last-k is ") or "score the same" in sentence for sentence in found["sentences"]
    )
    with (tmp_path / "cells.csv").open(encoding="utf-8", newline="") as file:
        assert [row["cell"] for row in csv.DictReader(file)] == ["linear", "last-k", "scratch"]
    assert "6 done" in said or "of 6 done" in said


def test_the_same_study_again_trains_nothing_and_prints_a_table(house: House) -> None:
    before = {run.job.id: run.job.finished for run in house.store.runs(LOCAL)}
    code, out, said = house("study", house.file())
    assert code == 0, said
    assert all(name in out for name in ("linear", "last-k", "scratch", "accuracy", "80 test rows"))
    assert "The baseline." not in out
    assert {run.job.id: run.job.finished for run in house.store.runs(LOCAL)} == before


def test_files_on_the_command_line_replace_those_in_the_file(house: House, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(rows(300, 340))
    path = house.file(recipes=["linear"], name="other rows")
    code, out, said = house("study", path, "--json", "--files", f"test={tmp_path / 'other.csv'}")
    assert code == 0, said
    assert json.loads(out)["test_rows"] == 40


def test_ctrl_c_stops_a_study_and_the_same_command_goes_on(house: House) -> None:
    path = house.file(name="long", settings={"features.token_limit": 32, "training.epochs": 60}, seeds=[5, 6])
    process = house.start("study", path, "--json")
    book, deadline = Studies(house.store), time.monotonic() + 300
    while (
        not (stored := [s for s in book.all(LOCAL) if s.name == "long"])
        or not book.progress(LOCAL, stored[0].jobs).running
    ):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "the same command goes on from there" in said
    assert book.progress(LOCAL, stored[0].jobs).state is State.STOPPED
    code, out, said = house("study", path, "--json")
    assert code == 0, said
    assert json.loads(out)["study"] == stored[0].id


@pytest.mark.parametrize(
    ("changed", "words", "sentence"),
    [
        ({"recipes": ["ful"]}, (), "recipes.0 is 'ful'"),
        ({"boundaries": [9]}, (), "boundaries is 9: give 0 to 3"),
        ({"colour": "red"}, (), "study file is 'colour'"),
        ({"seeds": []}, (), "seeds is"),
        ({"baseline": "best"}, (), "baseline is 'best'"),
        ({"text": "rewiew"}, (), "no column 'rewiew'"),
        ({"files": {}}, (), "names no training file"),
        ({"files": {"train": "nowhere.csv"}}, (), "nowhere.csv"),
        ({}, ("--files", "test.csv"), "files is 'test.csv': give PART=PATH"),
        ({}, ("--out", "/nowhere/x.csv"), "cannot be written"),
    ],
)
def test_a_bad_study_is_one_line_and_exit_code_2(
    house: House, changed: dict[str, object], words: tuple[str, ...], sentence: str
) -> None:
    code, out, said = house("study", house.file(**changed), *words)
    assert (code, out) == (2, "")
    assert sentence in said
    assert said.strip().count("\n") == 0
    assert "Traceback" not in said
