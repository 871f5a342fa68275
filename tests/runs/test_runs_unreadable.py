"""Rows that this version cannot read are listed apart, hide no others and can be deleted."""

import pytest

from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig, StudyConfig, TrainingConfig
from translearn_core.config.base import canonical_json
from translearn_core.config.settings import Settings
from translearn_core.errors import NotFoundError
from translearn_core.jobs import CompareConfig, ProbeConfig, Slot, StudyArm
from translearn_core.runs import UNREADABLE, State, Studies, Unreadable
from translearn_core.runs.database.schema import job_owners, jobs, studies

CSV = b"text,label\ngood,1\nbad,0\n"
ENDLESS = '"clip":null'
"""How an infinite number once was written."""


def ask(store, owner="ann", seed=0, name=None):
    dataset = store.add_dataset(owner, "reviews.csv", {"train": CSV}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    return store.submit(owner, ExperimentConfig(data=data, training=TrainingConfig(seed=seed)), name)


def spoil(store, run):
    text = canonical_json(run.job.config).replace('"clip":1.0', ENDLESS)
    assert ENDLESS in text
    with store.writing() as db:
        db.execute(jobs.update().where(jobs.c.id == run.job.id).values(config=text))


@pytest.fixture
def spoiled(store):
    run = ask(store, name="endless")
    spoil(store, run)
    return run


def test_it_is_listed_apart_and_hides_no_other(store, spoiled):
    good = ask(store, seed=1)
    assert [run.id for run in store.runs("ann")] == [good.id]
    assert store.unreadable("ann") == [Unreadable(spoiled.id, "endless", spoiled.created)]
    assert store.unreadable("ben") == []
    assert store.run("ann", good.id) == good
    assert len(store.waiting(Slot.TRAINING)) == 2


def test_a_kind_from_another_version_is_one_too(store):
    ask(store)
    with store.writing() as db:
        db.execute(jobs.update().values(kind="dream"))
    assert store.runs("ann") == []


def test_who_names_it_is_told_why(store, spoiled):
    for name in (spoiled.id, spoiled.job.id):
        for act in (store.run, store.request_stop, store.resume):
            with pytest.raises(NotFoundError, match=UNREADABLE):
                act("ann", name)
        with pytest.raises(NotFoundError, match="no such run"):
            store.delete_run("ben", name)
    with pytest.raises(NotFoundError, match="which this builds on"):
        store.submit("ann", ProbeConfig(job=spoiled.job.id))


def test_it_is_deleted_with_its_files_and_answers(store, spoiled):
    folder = store.workspace.run(spoiled.job.id)
    folder.mkdir(parents=True)
    other = ask(store, seed=2)
    with store.writing() as db:
        db.execute(jobs.update().where(jobs.c.id == other.job.id).values(parent=spoiled.job.id, kind="probe"))
    store.delete_run("ann", spoiled.id)
    assert store.unreadable("ann") == store.runs("ann") == []
    assert not folder.exists()
    with store.reading() as db:
        assert db.execute(jobs.select()).all() == db.execute(job_owners.select()).all() == []


@pytest.fixture
def study_store(store):
    return Studies(store)


def a_study(store, study_store, name, **parts):
    dataset = store.add_dataset("ann", "reviews.csv", {"train": CSV}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    config = StudyConfig(**{"data": data, "recipes": ("linear",), "seeds": (0, 1)} | parts)
    return study_store.add("ann", name, config, {BackboneConfig().label: 6})


def spoil_study(store, study):
    with store.writing() as db:
        db.execute(studies.update().where(studies.c.id == study.id).values(config='{"of": "tomorrow"}'))


def test_a_study_that_cannot_be_read_is_listed_apart_and_hides_no_other(store, study_store):
    bad, good = a_study(store, study_store, "bad"), a_study(store, study_store, "good", seeds=(1, 2))
    spoil_study(store, bad)
    assert study_store.all("ann") == [good]
    assert study_store.unreadable("ann") == [Unreadable(bad.id, "bad", bad.created)]
    assert study_store.find("ann") == {*bad.jobs, *good.jobs}
    with pytest.raises(NotFoundError, match=UNREADABLE):
        study_store.get("ann", bad.id)


def test_it_is_deleted_with_the_runs_that_no_other_study_needs(store, study_store):
    bad, good = a_study(store, study_store, "bad"), a_study(store, study_store, "good", seeds=(1, 2))
    spoil_study(store, bad)
    study_store.delete("ann", bad.id, runs=True)
    assert (study_store.unreadable("ann"), study_store.all("ann")) == ([], [good])
    assert {run.job.id for run in store.runs("ann")} == set(good.jobs)


def test_a_study_can_be_deleted_beside_a_comparison_that_cannot_be_read(store, study_store):
    study = a_study(store, study_store, "good")
    for job in study.jobs:
        assert store.begin(job, "w")
        assert store.finish(job, State.DONE)
    comparison = CompareConfig(arms=(StudyArm(name="linear", jobs=study.jobs),), baseline="linear")
    comparison_run = store.submit("ann", comparison)
    with store.writing() as db:
        db.execute(
            jobs.update().where(jobs.c.id == comparison_run.job.id).values(config='{"of": "tomorrow"}')
        )
    study_store.delete("ann", study.id)
    assert study_store.all("ann") == []


def test_the_failed_runs_of_a_study_are_told_without_those_that_cannot_be_read(store, study_store):
    study = a_study(store, study_store, "good")
    for job in study.jobs:
        assert store.begin(job, "w")
        assert store.finish(job, State.FAILED, "why")
    spoil(store, store.run("ann", study.jobs[0]))
    assert [run.job.id for run in study_store.failed(study)] == [study.jobs[1]]
