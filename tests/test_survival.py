"""What people must not lose: a run whose worker is killed ends as one that was left alone."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.architectures import tiny_folder
from tests.corpora import opinions
from tests.waiting import ended, until
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
from translearn_core.runs import RunStore, State, Workspace, artifacts

ME = "somebody"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[RunStore, Settings]]:
    settings = Settings(workspace=tmp_path / "workspace")
    store = RunStore(Workspace(settings.workspace))
    ensure_engine(settings, wait=180)
    yield store, settings
    stop_engine(settings)
    store.close()


def training_worker(settings: Settings) -> psutil.Process:
    """The process that trains."""
    return psutil.Process(engine_status(settings).workers["TRAIN"])


def test_a_run_whose_worker_is_killed_in_its_second_epoch_ends_as_if_nothing_had_happened(
    house: tuple[RunStore, Settings], tmp_path: Path
) -> None:
    store, settings = house
    dataset = store.add_dataset(ME, "rows.csv", {"train": opinions(0, 300).encode()}, settings)
    tiny = BackboneConfig(id=str(tiny_folder("bert", tmp_path / "bert")))

    def experiment(revision: str | None) -> ExperimentConfig:
        # a local folder has no revisions: another one only makes it another question
        return ExperimentConfig(
            data=DataConfig(dataset=dataset.digest, text="text", label="label"),
            backbone=tiny.model_copy(update={"revision": revision}),
            freeze=FreezePlan.full(3),
            features=FeatureConfig(token_limit=32),
            training=TrainingConfig(epochs=6, lr=1e-3, batch_size=4, precision=Precision.FLOAT32),
        )

    left_alone = ended(store, store.submit(ME, experiment(None)))
    assert left_alone.state is State.DONE, left_alone.job.reason
    killed = store.submit(ME, experiment("again"))
    until(lambda: store.history(killed.job.id).epochs)
    worker = training_worker(settings)
    os.kill(worker.pid, signal.SIGKILL)
    epochs = len(store.history(killed.job.id).epochs)
    assert epochs < 6, "the run was over before its worker was killed"
    again = ended(store, killed)
    assert again.state is State.DONE, again.job.reason
    assert again.job.attempts == 2
    expected, actual = (
        artifacts.load(store.workspace.run(r.job.id), RunSummary) for r in (left_alone, again)
    )
    assert (actual.test, actual.validation, actual.best_epoch) == (
        expected.test,
        expected.validation,
        expected.best_epoch,
    )
    first, second = (store.history(r.job.id) for r in (left_alone, again))
    assert [s.loss for s in second.steps] == [s.loss for s in first.steps]
    assert json.dumps([e.validation["loss"] for e in second.epochs]) == json.dumps(
        [e.validation["loss"] for e in first.epochs]
    )
