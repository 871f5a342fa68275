"""What people must not lose: a run whose worker is killed ends as one that was left alone."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.architectures import tiny_folder
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    TrainingConfig,
)
from translearn_core.config.settings import Settings
from translearn_core.engine import engine_status, ensure_engine, stop_engine
from translearn_core.results import RunSummary
from translearn_core.runs import Run, RunStore, State, Workspace, artifacts

ME = "somebody"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[RunStore, Settings]]:
    settings = Settings(workspace=tmp_path / "workspace")
    store = RunStore(Workspace(settings.workspace))
    ensure_engine(settings, wait=180)
    yield store, settings
    stop_engine(settings)
    store.close()


def rows(n: int) -> bytes:
    good, bad = ["great", "lovely", "wonderful", "fine"], ["terrible", "boring", "awful", "sad"]
    things = ["film", "book", "music", "food", "phone", "story", "service"]
    lines = []
    for i in range(n):
        word, verb = (good if i % 2 else bad)[i // 2 % 4], "loved" if i % 2 else "hated"
        lines.append(f'"the {things[i % 7]} was {word} and i {verb} it, {i}",{i % 2}')
    return ("text,label\n" + "\n".join(lines)).encode()


def ended(store: RunStore, run: Run, seconds: float = 300) -> Run:
    deadline = time.monotonic() + seconds
    while (now := store.run(ME, run.id)).state.live:
        assert time.monotonic() < deadline, now
        time.sleep(0.05)
    return now


def training_worker(settings: Settings) -> psutil.Process:
    """The process that trains."""
    return psutil.Process(engine_status(settings).workers["TRAIN"])


def test_a_run_whose_worker_is_killed_in_its_second_epoch_ends_as_if_nothing_had_happened(
    house: tuple[RunStore, Settings], tmp_path: Path
) -> None:
    store, settings = house
    dataset = store.add_dataset(ME, "rows.csv", {"train": rows(500)}, settings)
    tiny = BackboneConfig(id=str(tiny_folder("bert", tmp_path / "bert")))

    def experiment(revision: str | None) -> ExperimentConfig:
        # a local folder has no revisions: another one only makes it another question
        return ExperimentConfig(
            data=DataConfig(dataset=dataset.digest, text="text", label="label"),
            backbone=tiny.model_copy(update={"revision": revision}),
            freeze=FreezePlan.full(3),
            features=FeatureConfig(token_limit=32),
            training=TrainingConfig(epochs=10, lr=1e-3, batch_size=4, precision=Precision.FLOAT32),
        )

    left_alone = ended(store, store.submit(ME, experiment(None)))
    assert left_alone.state is State.DONE, left_alone.job.reason
    killed = store.submit(ME, experiment("again"))
    while len(store.history(killed.job.id).epochs) < 1:
        assert store.run(ME, killed.id).state.live
        time.sleep(0.01)
    worker = training_worker(settings)
    os.kill(worker.pid, signal.SIGKILL)
    epochs = len(store.history(killed.job.id).epochs)
    assert epochs < 10, "the run was over before its worker was killed"
    again = ended(store, killed)
    assert again.state is State.DONE, again.job.reason
    assert again.job.attempts == 2
    expected, found = (artifacts.load(store.workspace.run(r.job.id), RunSummary) for r in (left_alone, again))
    assert (found.test, found.validation, found.best_epoch) == (
        expected.test,
        expected.validation,
        expected.best_epoch,
    )
    first, second = (store.history(r.job.id) for r in (left_alone, again))
    assert [s.loss for s in second.steps] == [s.loss for s in first.steps]
    assert json.dumps([e.validation["loss"] for e in second.epochs]) == json.dumps(
        [e.validation["loss"] for e in first.epochs]
    )
