"""Damage in a real workspace: the right content nevertheless, or an error with a remedy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architectures import TEXTS, tiny_folder
from tests.soak import corruptions
from tests.soak.corruptions import do, table, workspace
from translearn_core.commands.runs import line
from translearn_core.config import (
    BackboneConfig,
    BaseConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    TrainingConfig,
)
from translearn_core.errors import DamagedFileError
from translearn_core.jobs import PredictConfig, ReadConfig
from translearn_core.results import Evaluation, Prediction, RunSummary
from translearn_core.runs import LOCAL, Run, RunStore, State, artifacts
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.transfer import load_trained
from translearn_core.worker import runtime
from translearn_core.worker.data_loading import TABLE, load_table


def test_no_corruption_is_used_or_ends_in_a_traceback(tmp_path: Path) -> None:
    tally = corruptions.campaign(tmp_path, 48, seed=1, everything=False)
    assert tally.failures == []
    assert tally.of("reported") + tally.of("right") >= 44
    assert tally.of("reported") >= 12
    assert tally.of("right") >= 8


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with workspace(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def experiment(store: RunStore, tmp_path: Path) -> ExperimentConfig:
    dataset = store.add_dataset(LOCAL, "rows.csv", {"train": table(("great", "awful"))}).digest
    return ExperimentConfig(
        data=DataConfig(dataset=dataset, text="text", label="label"),
        backbone=BackboneConfig(id=str(tiny_folder("bert", tmp_path / "tiny"))),
        freeze=FreezePlan(blocks=(2,)),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(epochs=2, lr=1e-3, batch_size=8, precision=Precision.FLOAT32),
    )


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def work(store: RunStore, run: Run) -> Run:
    """Do what is queued as a worker does, and return how it ended."""
    assert store.begin(run.job.id, "token")
    runtime.CACHE.clear()
    runtime.run(run.job.id, str(store.workspace.root), None, "token")
    return store.run(LOCAL, run.id)


def ask(store: RunStore, config: BaseConfig) -> Run:
    return work(store, store.submit(LOCAL, config))


def test_a_damaged_source_is_said_and_mended_by_bringing_the_same_file_again(store: RunStore) -> None:
    rows = table(("lovely", "boring"))
    digest = store.add_dataset(LOCAL, "rows.csv", {"train": rows}).digest
    do(store, ReadConfig(dataset=digest))
    home = store.workspace.dataset(digest)
    whole = load_table(store.workspace, digest)
    damage(home / "source" / "train")
    assert load_table(store.workspace, digest).equals(whole), "the table is whole and needs no source"
    damage(home / TABLE)
    run = store.submit(LOCAL, ReadConfig(dataset=digest))
    assert store.recompute(LOCAL, run.id)
    failed = work(store, run)
    assert failed.state is State.FAILED
    assert "bring the same file again" in str(failed.job.reason)
    assert store.add_dataset(LOCAL, "rows.csv", {"train": rows}).digest == digest
    assert (home / "source" / "train").read_bytes() == rows
    assert load_table(store.workspace, digest).astype(str).equals(whole.astype(str))


def test_a_damaged_model_fails_its_run_which_resumed_writes_it_again(
    store: RunStore, experiment: ExperimentConfig
) -> None:
    job = do(store, experiment)
    config = PredictConfig(job=job, texts=TEXTS[:3], neighbours=3)
    good = artifacts.read(store.workspace.run(do(store, config)), Prediction)
    folder, run = store.workspace.run(job), store.runs(LOCAL)[0]
    damage(folder / "model" / "trained.safetensors")
    failed = ask(store, config.model_copy(update={"texts": TEXTS[3:5]}))
    assert (failed.state, store.run(LOCAL, run.id).state) == (State.FAILED, State.FAILED)
    assert "resume the run" in str(failed.job.reason)
    assert store.resume(LOCAL, run.id)
    steps = len(store.history(job).steps)
    assert work(store, run).state is State.DONE
    assert len(store.history(job).steps) == steps, "it went on from its finished checkpoint"
    again = artifacts.read(store.workspace.run(ask(store, config).job.id), Prediction)
    assert good is not None
    assert again is not None
    assert (again.outputs == good.outputs).all()


def scores(result: RunSummary | Evaluation | None) -> object:
    """Return what does not depend on the time taken."""
    assert result is not None
    return (
        repr(result)
        if isinstance(result, Evaluation)
        else (result.test, result.validation, result.best_epoch)
    )


@pytest.mark.parametrize("kind", [RunSummary, Evaluation])
def test_a_damaged_result_of_a_run_is_listed_as_failed_and_written_again(
    store: RunStore, experiment: ExperimentConfig, kind: type
) -> None:
    job = do(store, experiment)
    other = do(store, experiment.model_copy(update={"freeze": FreezePlan()}))
    folder, before = store.workspace.run(job), {run.job.id: line(run) for run in store.runs(LOCAL)}
    good = scores(artifacts.read(folder, kind))
    damage(folder / artifacts.folder_name(kind) / "data.json")
    assert artifacts.load(folder, kind) is None
    with pytest.raises(DamagedFileError):
        artifacts.read(folder, kind)
    listed = {run.job.id: line(run) for run in store.runs(LOCAL)}
    assert listed[other] == before[other]
    run = next(run for run in store.runs(LOCAL) if run.job.id == job)
    if kind is RunSummary:
        assert (listed[job]["state"], listed[job]["scores"]) == ("failed", {})
        assert "resume the run" in str(listed[job]["reason"])
        assert store.resume(LOCAL, run.id)
    else:
        assert store.recompute(LOCAL, run.id)
    assert work(store, run).state is State.DONE
    assert scores(artifacts.read(folder, kind)) == good
    assert line(store.run(LOCAL, run.id))["scores"] == before[job]["scores"]


def test_a_run_with_a_damaged_model_and_damaged_checkpoints_is_trained_again_to_the_same_end(
    store: RunStore, experiment: ExperimentConfig
) -> None:
    job = do(store, experiment)
    folder, run = store.workspace.run(job), store.runs(LOCAL)[0]
    good = {name: value.clone() for name, value in load_trained(folder).model.state_dict().items()}
    assert not (folder / "previous-checkpoint.pt").exists(), "a finished run keeps one"
    damage(folder / "checkpoint.pt")
    damage(folder / "model" / "model.json")
    with pytest.raises(DamagedFileError):
        Checkpoint.read(folder)
    assert store.recompute(LOCAL, run.id)
    assert work(store, run).state is State.DONE
    again = load_trained(folder).model.state_dict()
    assert all((again[name] == value).all() for name, value in good.items())


def test_a_damaged_answer_is_computed_again(store: RunStore, experiment: ExperimentConfig) -> None:
    config = PredictConfig(job=do(store, experiment), texts=TEXTS[:2], neighbours=0)
    job = do(store, config)
    run, home = store.run(LOCAL, job), store.workspace.run(job)
    good = artifacts.read(home, Prediction)
    damage(home / "prediction" / "outputs.npy")
    assert artifacts.load(home, Prediction) is None
    assert store.recompute(LOCAL, run.id)
    assert work(store, run).state is State.DONE
    again = artifacts.read(home, Prediction)
    assert good is not None
    assert again is not None
    assert (again.outputs == good.outputs).all()


def test_a_job_sweeps_what_an_earlier_attempt_left_in_its_folder(store: RunStore) -> None:
    digest = store.add_dataset(LOCAL, "rows.csv", {"train": table(("fine", "sad"))}).digest
    run = store.submit(LOCAL, ReadConfig(dataset=digest))
    home = store.workspace.run(run.job.id)
    home.mkdir(parents=True)
    (home / ".checkpoint-old").write_text("57 MB")
    corruptions.age(home / ".checkpoint-old")
    assert work(store, run).state is State.DONE
    assert not (home / ".checkpoint-old").exists()
