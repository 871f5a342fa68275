"""Pretraining on the target as part of a study: waited for, stopped, resumed and deleted with it."""

import pytest

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    DomainConfig,
    ExperimentConfig,
    FreezePlan,
    StudyConfig,
    Way,
)
from translearn_core.config.settings import Settings
from translearn_core.errors import DamagedFileError
from translearn_core.jobs import PRETRAIN, Slot
from translearn_core.runs import State, Studies
from translearn_core.runs.queue import MAX_ATTEMPTS

BLOCKS = {BackboneConfig().label: 6}
CSV = b"text,label,kind\ngood,1,a\nbad,0,a\nfine,1,b\npoor,0,b\n"


@pytest.fixture
def studies(store):
    return Studies(store)


def config(store, *ways, owner="ann", seeds=(0, 1)):
    dataset = store.add_dataset(owner, "kinds.csv", {"train": CSV}, Settings())
    places = DomainConfig(column="kind", source=("a",), target=("b",))
    data = DataConfig(dataset=dataset.digest, text="text", label="label", domains=places)
    own = ExperimentConfig(data=data, freeze=FreezePlan.last_n(1, 6))
    return StudyConfig(data=data, custom_recipe=own, ways=ways, sizes=(8,), seeds=seeds)


def pretraining(store, owner="ann"):
    (run,) = store.runs(owner, PRETRAIN)
    return run


def test_the_baseline_of_ways_is_source_only(store, studies):
    parts = config(store, Way.BOTH, Way.SOURCE).model_copy(update={"sizes": (0, 8)})
    study = studies.add("ann", "ways", parts, BLOCKS)
    assert study.arms[study.baseline]["way"] == Way.SOURCE


def test_its_runs_wait_for_it_and_it_stops_with_the_study(store, studies):
    study = studies.add("ann", "ways", config(store, Way.BOTH, Way.PRETRAIN_TARGET), BLOCKS)
    waiting = store.waiting(Slot.TRAINING)
    own = [run.job for run in study.runs if run.factors["way"] == Way.PRETRAIN_TARGET]
    assert pretraining(store).job.id in waiting
    assert not set(own) & set(waiting)
    assert studies.stop("ann", study.id) == len(study.runs)
    assert pretraining(store).state is State.STOPPED
    assert studies.resume("ann", study.id) == len(study.runs)
    assert pretraining(store).state is State.QUEUED
    assert not set(own) & set(store.waiting(Slot.TRAINING))


def test_another_study_that_waits_for_it_keeps_it(store, studies):
    first = studies.add("ann", "one", config(store, Way.PRETRAIN_TARGET, seeds=(0,)), BLOCKS)
    other = studies.add("ann", "other", config(store, Way.PRETRAIN_TARGET, seeds=(1,)), BLOCKS)
    studies.stop("ann", first.id)
    assert pretraining(store).state is State.QUEUED
    studies.delete("ann", first.id, runs=True)
    assert pretraining(store).state is State.QUEUED
    studies.stop("ann", other.id)
    assert pretraining(store).state is State.STOPPED


def test_a_failed_one_is_done_again_with_the_run_that_needs_it(store, studies):
    study = studies.add("ann", "ways", config(store, Way.PRETRAIN_TARGET, seeds=(0,)), BLOCKS)
    parent, (run,) = pretraining(store), study.jobs
    assert store.begin(parent.job.id, "w")
    assert store.finish(parent.job.id, State.FAILED, "no memory")
    (of_run,) = (one for one in store.runs("ann") if one.job.id == run)
    assert store.resume("ann", of_run.id)
    assert pretraining(store).state is State.QUEUED
    assert store.waiting(Slot.TRAINING) == [parent.job.id]


def test_it_is_deleted_with_the_study_and_its_runs(store, studies):
    study = studies.add("ann", "ways", config(store, Way.PRETRAIN_TARGET), BLOCKS)
    studies.stop("ann", study.id)
    studies.delete("ann", study.id, runs=True)
    assert store.runs("ann") == []
    assert store.runs("ann", PRETRAIN) == []


def run_states(store, study):
    jobs = {run.job.id: run for run in store.runs("ann")}
    return {run.factors["way"]: jobs[run.job] for run in study.runs}


@pytest.mark.parametrize("state", [State.FAILED, State.STOPPED])
def test_runs_that_wait_for_one_that_ends_badly_do_not_start_and_say_why(store, studies, state):
    study = studies.add("ann", "ways", config(store, Way.BOTH, Way.PRETRAIN_TARGET, seeds=(0,)), BLOCKS)
    parent = pretraining(store).job.id
    assert store.begin(parent, "w")
    assert store.finish(parent, state, "No memory: choose a smaller batch size.")
    runs = run_states(store, study)
    assert runs[Way.BOTH].state is State.QUEUED
    waited = runs[Way.PRETRAIN_TARGET]
    assert waited.state is State.FAILED
    assert waited.job.reason.startswith(
        "It did not start, because the pre-training of all-MiniLM-L6-v2 on the texts of b "
    )
    assert ("failed: No memory" in waited.job.reason) == (state is State.FAILED)
    assert "Resume this run or its study" in waited.job.reason
    assert store.waiting(Slot.TRAINING) == [runs[Way.BOTH].job.id]

    assert studies.resume("ann", study.id) == 1
    assert pretraining(store).state is State.QUEUED
    waited = run_states(store, study)[Way.PRETRAIN_TARGET]
    assert (waited.state, waited.job.reason) == (State.QUEUED, None)
    assert set(store.waiting(Slot.TRAINING)) == {runs[Way.BOTH].job.id, parent}
    assert store.begin(parent, "w")
    assert store.finish(parent, State.DONE)
    assert set(store.waiting(Slot.TRAINING)) == {runs[Way.BOTH].job.id, waited.job.id}


def test_one_that_is_stopped_before_it_begins_or_loses_its_workers_ends_them_too(store, studies):
    study = studies.add("ann", "ways", config(store, Way.PRETRAIN_TARGET, seeds=(0,)), BLOCKS)
    parent = pretraining(store)
    assert store.request_stop("ann", parent.id)
    assert "was stopped. Resume" in run_states(store, study)[Way.PRETRAIN_TARGET].job.reason
    assert studies.resume("ann", study.id) == 1
    for _ in range(MAX_ATTEMPTS):
        assert run_states(store, study)[Way.PRETRAIN_TARGET].state is State.QUEUED
        store.requeue_lost()
        assert store.begin(parent.job.id, "w")
        assert store.interrupt(parent.job.id, "The worker was lost.")
    waited = run_states(store, study)[Way.PRETRAIN_TARGET]
    assert waited.state is State.FAILED
    assert "The worker was lost." in waited.job.reason


def test_a_finished_one_that_is_damaged_ends_what_had_not_started(store, studies):
    study = studies.add("ann", "ways", config(store, Way.PRETRAIN_TARGET, seeds=(0,)), BLOCKS)
    parent = pretraining(store).job.id
    assert store.begin(parent, "w")
    assert store.finish(parent, State.DONE)
    path = store.workspace.run(parent) / "model.safetensors"
    assert store.mark_damaged(DamagedFileError(path, "it is cut", "train it again"))
    assert run_states(store, study)[Way.PRETRAIN_TARGET].state is State.FAILED
