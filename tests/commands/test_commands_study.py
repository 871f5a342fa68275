"""`translearn study` with a real engine and a tiny backbone."""

import csv
import json
import signal
from pathlib import Path

import pytest

from tests.architectures import tiny_folder
from tests.commands.terminals import Terminal, refused
from tests.corpora import opinions
from tests.waiting import until
from translearn_core.runs import LOCAL, RunStore, State, Studies, Study, Workspace


class House(Terminal):
    """A terminal with a study file, its data and a tiny backbone."""

    def __init__(self, workspace: Path, folder: Path) -> None:
        super().__init__(workspace)
        self.folder = folder
        (folder / "train.csv").write_text(opinions(0, 160, "review,liked"))
        (folder / "test.csv").write_text(opinions(200, 280, "review,liked"))
        self.backbone = tiny_folder("bert", folder / "tiny")

    def file(self, **changed: object) -> Path:
        """Write the study's file; JSON is YAML."""
        settings = {
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
        path.write_text(json.dumps(settings | changed))
        return path

    @property
    def store(self) -> RunStore:
        return RunStore(Workspace(self.workspace))


@pytest.fixture(scope="module")
def house(terminal: Terminal, tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(terminal.workspace, tmp_path_factory.mktemp("study"))


def test_a_study_runs_to_its_end_and_is_said_as_json_and_csv(house: House, tmp_path: Path) -> None:
    done = house("study", house.file(), "--json", "--out", tmp_path / "cells.csv")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert [(arm["arm"], arm["runs"]) for arm in record["arms"]] == [
        ("linear", 2),
        ("last-k", 2),
        ("scratch", 2),
    ]
    assert (record["baseline"], record["test_rows"], record["failed"]) == ("linear", 80, [])
    assert record["arms"][0]["difference"] is None
    assert all(
        0 <= cell["accuracy low"] <= cell["accuracy"] <= cell["accuracy high"] <= 1 for cell in record["arms"]
    )
    assert any(
        sentence.startswith("last-k is ") or "score the same" in sentence for sentence in record["sentences"]
    )
    with (tmp_path / "cells.csv").open(encoding="utf-8", newline="") as file:
        assert [row["arm"] for row in csv.DictReader(file)] == ["linear", "last-k", "scratch"]
    assert "6 done" in done.stderr


def test_the_same_study_again_trains_nothing_and_prints_a_table(house: House) -> None:
    before = {run.job.id: run.job.finished for run in house.store.runs(LOCAL)}
    done = house("study", house.file())
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("linear", "last-k", "scratch", "accuracy", "80 test rows"))
    assert "The baseline." not in done.stdout
    assert {run.job.id: run.job.finished for run in house.store.runs(LOCAL)} == before


def test_files_on_the_command_line_replace_those_in_the_file(house: House, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(opinions(300, 340, "review,liked"))
    path = house.file(recipes=["linear"], name="other rows")
    done = house("study", path, "--json", "--files", f"test={tmp_path / 'other.csv'}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["test_rows"] == 40


def test_ways_take_labelled_rows_of_the_target_as_sizes(house: House, tmp_path: Path) -> None:
    head, *rows = opinions(0, 120, "review,liked").splitlines()
    lines = [f"{head},place", *(f"{row},{'east' if i % 3 else 'west'}" for i, row in enumerate(rows))]
    (tmp_path / "places.csv").write_text("\n".join(lines) + "\n")
    path = house.file(
        name="from east to west", files={"train": str(tmp_path / "places.csv")}, recipes=[], boundaries=[2],
        ways=["source only", "both together", "target only"], sizes=[0, 4], seeds=[0], baseline=None,
        domains={"column": "3", "source": ["east"], "target": ["west"]},
    )  # fmt: skip
    done = house("study", path, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert len(record["arms"]) == 3
    assert record["failed"] == []
    printed = " ".join(done.stderr.split())
    assert printed.index("source only: about") < printed.index("All 3 runs: about") < printed.index("3 done")
    assert record["left_out"] == []
    worth = {(line["method"], line["target labels"]) for line in record["worth"]}
    assert worth == {("source only", 0), ("both together", 4)}
    assert len(record["worth_sentences"]) == 2
    assert record["worse"] == []  # one seed
    shown = house("study", path)
    assert record["worth_sentences"][0] in " ".join(shown.stdout.split())
    assert "about" not in shown.stderr


def test_a_way_that_does_not_suit_the_settings_is_left_out_and_named(house: House, tmp_path: Path) -> None:
    head, *rows = opinions(0, 120, "review,liked").splitlines()
    lines = [f"{head},place", *(f"{row},{'east' if i % 3 else 'west'}" for i, row in enumerate(rows))]
    (tmp_path / "places.csv").write_text("\n".join(lines) + "\n")
    path = house.file(
        name="frozen", files={"train": str(tmp_path / "places.csv")}, recipes=["linear"],
        ways=["source only", "DANN"], sizes=[0], seeds=[0], baseline=None,
        domains={"column": "place", "source": ["east"], "target": ["west"]},
    )  # fmt: skip
    done = house("study", path, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert [arm["arm"] for arm in record["arms"]] == ["source only"]
    assert [arm["arm"] for arm in record["left_out"]] == ["DANN"]
    assert "train a block at least" in record["left_out"][0]["reason"]
    shown = house("study", path)
    assert "DANN is left out" in " ".join(shown.stdout.split())


def test_ctrl_c_stops_a_study_and_the_same_command_goes_on(house: House) -> None:
    long = {"features.token_limit": 32, "training.epochs": 30}
    path = house.file(name="long", settings=long, recipes=["linear", "scratch"], seeds=[5])
    process, book = house.start("study", path, "--json"), Studies(house.store)

    def running() -> list[Study]:
        assert process.poll() is None, process.communicate()
        studies = [study for study in book.all(LOCAL) if study.name == "long"]
        return [study for study in studies if book.progress(LOCAL, study.jobs).running]

    (study,) = until(running, 300)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, "")
    assert "the same command goes on from there" in errors
    assert book.progress(LOCAL, study.jobs).state is State.STOPPED
    done = house("study", path, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["study"] == study.id


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
    assert sentence in refused(house("study", house.file(**changed), *words))
