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
from translearn_core.jobs import PRETRAIN, Slot
from translearn_core.runs import State, Studies

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
    for job in (parent.job.id, run):
        assert store.begin(job, "w")
        assert store.finish(job, State.FAILED, "no memory")
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
