"""What people must not lose when processes are killed: runs, and the seats and guesses of a class."""

import contextlib
import json
import os
import signal
import subprocess
import sys
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
from translearn_core.runs import Rooms, RunStore, State, Workspace, artifacts
from translearn_core.runs.rooms.overview import room_guesses, seat_statuses

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


LOCKING = """
import sys
from pathlib import Path
from translearn_core.runs import LessonProgress, RunStore, Workspace
progress = LessonProgress(RunStore(Workspace(Path(sys.argv[1]))))
for k, learner in enumerate(sys.argv[2:]):
    progress.save(learner, "luck", "spread", {"value": float(k), "reason": "so it is"}, lock=True)
    print(learner, flush=True)
"""


def test_a_class_keeps_every_guess_of_a_server_that_is_killed_and_its_runs_go_on_after_the_engine_was(
    house: tuple[RunStore, Settings], tmp_path: Path
) -> None:
    store, settings = house
    rooms = Rooms(store)
    room = rooms.open("teacher", "Monday", lesson="luck")
    seats = [rooms.join(f"owner{k}", room.code, f"Seat {k}") for k in range(30)]
    command = [sys.executable, "-c", LOCKING, str(settings.workspace), *(seat.learner for seat in seats)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        locked = [server.stdout.readline().strip() for _ in range(12)]
        server.send_signal(signal.SIGKILL)
        locked += server.stdout.read().split()
    kept = {one.seat.learner: one.value for one in room_guesses(store, room.id, "luck")}
    assert set(locked) <= kept.keys(), "a guess that was confirmed is lost"
    assert all(kept[seat.learner] == float(k) for k, seat in enumerate(seats) if seat.learner in kept)

    owner = seats[0].owner
    dataset = store.add_dataset(owner, "rows.csv", {"train": opinions(0, 300).encode()}, settings)
    run = store.submit(
        owner,
        ExperimentConfig(
            data=DataConfig(dataset=dataset.digest, text="text", label="label"),
            backbone=BackboneConfig(id=str(tiny_folder("bert", tmp_path / "bert"))),
            freeze=FreezePlan.full(3),
            features=FeatureConfig(token_limit=32),
            training=TrainingConfig(epochs=6, lr=1e-3, batch_size=4, precision=Precision.FLOAT32),
        ),
    )
    until(lambda: store.history(run.job.id).epochs)
    assert seat_statuses(store, room.id)[0].activity == "training"
    engine = psutil.Process(engine_status(settings).pid)
    processes = [engine, *engine.children(recursive=True)]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, 30)
    assert [one.seat.name for one in seat_statuses(store, room.id)] == [seat.name for seat in seats]
    ensure_engine(settings, wait=180)
    assert ended(store, run).state is State.DONE
    assert seat_statuses(store, room.id)[0].done == 1
    assert store.room_disk(room.id) > 0
