"""Studies in the store: submitted once, stopped, resumed, extended, deleted."""

import multiprocessing

import pytest

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    StudyConfig,
    expand_grid,
    job_id,
)
from translearn_core.config.settings import Settings
from translearn_core.errors import ConfigError, NotFoundError, QuotaError
from translearn_core.jobs import COMPARE, PROBE, CompareConfig, ProbeConfig, Slot, StudyArm
from translearn_core.runs import RunStore, State, Studies, Workspace
from translearn_core.runs.database.schema import metadata

BLOCKS = {BackboneConfig().label: 6}
CSV = b"text,label\ngood,1\nbad,0\n"


def config(store, owner="ann", **parts):
    dataset = store.add_dataset(owner, "reviews.csv", {"train": CSV}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    return StudyConfig(**{"data": data, "recipes": ("linear", "full"), "seeds": (0, 1)} | parts)


@pytest.fixture
def studies(store):
    return Studies(store)


@pytest.fixture
def study(store, studies):
    return studies.add("ann", "which way", config(store), BLOCKS)


def end(store, job, state=State.DONE, reason=None):
    assert store.begin(job, "w")
    assert store.finish(job, state, reason)


def test_a_study_is_ordinary_runs_in_the_queue_the_first_seed_first(store, studies, study):
    assert [(run.arm, run.seed) for run in study.runs] == [
        ("linear", 0),
        ("full", 0),
        ("linear", 1),
        ("full", 1),
    ]
    assert store.waiting(Slot.TRAINING) == list(study.jobs)
    assert {run.name for run in store.runs("ann")} == {
        f"which way: {cell}, seed {seed}" for cell in ("linear", "full") for seed in (0, 1)
    }
    assert (study.baseline, study.arms["full"]["recipe"]) == ("linear", "full")
    assert studies.all("ann") == [studies.get("ann", study.id)] == [study]
    assert studies.progress("ann", study.jobs).waiting == study.jobs


def test_what_was_trained_before_is_not_trained_again_and_keeps_its_name(store, studies):
    grid = config(store)
    planned = expand_grid(grid, BLOCKS)[1]
    own_run = store.submit("ann", planned.config, "mine")
    end(store, own_run.job.id)
    study = studies.add("ann", "which way", grid, BLOCKS)
    assert store.run("ann", own_run.id).name == "mine"
    assert studies.find("ann") == set(study.jobs) - {own_run.job.id}
    assert studies.progress("ann", study.jobs).done == (own_run.job.id,)
    assert len(store.waiting(Slot.TRAINING)) == 3


def test_the_same_study_asked_again_is_the_same_and_goes_on(store, studies, study):
    studies.stop("ann", study.id)
    assert studies.progress("ann", study.jobs).state is State.STOPPED
    again = studies.add("ann", "a better name", config(store), BLOCKS, "full")
    assert (again.id, again.name, again.baseline) == (study.id, "a better name", "full")
    assert studies.progress("ann", study.jobs).state is State.QUEUED
    assert len(studies.all("ann")) == 1


def test_what_is_not_yours_is_not_found(store, studies, study):
    for act in (studies.get, studies.stop, studies.resume, studies.delete):
        with pytest.raises(NotFoundError, match="no such study"):
            act("ben", study.id)
    with pytest.raises(NotFoundError, match="no such study"):
        studies.rename("ben", study.id, "mine")
    with pytest.raises(NotFoundError, match="no such study"):
        studies.set_baseline("ben", study.id, "full")
    with pytest.raises(NotFoundError, match="no such study"):
        studies.extend("ben", study.id, study.config, BLOCKS)
    with pytest.raises(NotFoundError, match="no such data set"):
        studies.add("ben", "his", study.config, BLOCKS)
    assert studies.all("ben") == []
    assert studies.progress("ben", study.jobs).gone == study.jobs
    assert studies.get("ann", study.id) == study


def test_a_comparison_of_somebody_elses_runs_is_not_found(store, study):
    cells = (StudyArm(name="linear", jobs=study.jobs[:1]), StudyArm(name="full", jobs=study.jobs[1:2]))
    with pytest.raises(NotFoundError):
        store.submit("ben", CompareConfig(arms=cells, baseline="linear"))
    run = store.submit("ann", CompareConfig(arms=cells, baseline="linear"))
    assert store.waiting(Slot.INTERACTIVE) == [run.job.id]


def test_a_teacher_must_be_the_owners(store, studies):
    config(store, "ben")
    theirs = store.submit("ben", ExperimentConfig(data=config(store, "ben").data))
    with pytest.raises(NotFoundError):
        studies.add("ann", "x", config(store, recipes=("distil",), teacher=theirs.job.id), BLOCKS)
    assert store.runs("ann") == studies.all("ann") == []


def test_nothing_is_asked_for_where_something_cannot_be_or_there_is_no_room(store, studies, monkeypatch):
    with pytest.raises(ConfigError, match="baseline is 'best'"):
        studies.add("ann", "x", config(store), BLOCKS, "best")
    monkeypatch.setattr(store, "disk", lambda owner: 10**12)
    with pytest.raises(QuotaError):
        studies.add("ann", "x", config(store), BLOCKS)
    assert store.runs("ann") == studies.all("ann") == []


def test_the_baseline_may_be_a_recipe_and_is_then_the_cell_with_the_most_rows(store, studies):
    study = studies.add("ann", "x", config(store, sizes=(16, None)), BLOCKS, "full")
    assert study.baseline == "full, all rows"
    studies.set_baseline("ann", study.id, "linear, 16 rows")
    assert studies.get("ann", study.id).baseline == "linear, 16 rows"
    with pytest.raises(ConfigError, match="baseline is 'linear'"):
        studies.set_baseline("ann", study.id, "linear")


# -- stop, resume


def test_stopping_leaves_what_is_done_and_resuming_asks_for_the_rest(store, studies, study):
    done, failed, running, _ = study.jobs
    end(store, done)
    end(store, failed, State.FAILED, "The loss became nan.")
    assert store.begin(running, "w")
    assert [run.job.reason for run in studies.failed(study)] == ["The loss became nan."]
    assert studies.stop("ann", study.id) == 2
    assert store.running_jobs()[running].stop
    progress = studies.progress("ann", study.jobs)
    assert (len(progress.done), len(progress.failed), len(progress.running), len(progress.stopped)) == (
        1,
        1,
        1,
        1,
    )
    assert progress.summary().split(", ") == ["1 of 4 done", "1 running", "1 stopped", "1 failed"]
    assert store.finish(running, State.STOPPED)
    assert studies.progress("ann", study.jobs).state is State.FAILED
    assert studies.resume("ann", study.id) == 3
    progress = studies.progress("ann", study.jobs)
    assert (progress.done, len(progress.waiting)) == ((done,), 3)


def test_what_somebody_else_wants_too_goes_on(store, studies, study):
    config(store, "ben")
    theirs = store.submit("ben", store.job(study.jobs[0]).config)
    assert studies.stop("ann", study.id) == 3
    assert store.run("ben", theirs.id).state is State.QUEUED


def test_resuming_asks_again_for_a_run_that_was_deleted(store, studies, study):
    store.delete_run("ann", study.jobs[1])
    assert studies.progress("ann", study.jobs).gone == (study.jobs[1],)
    assert studies.resume("ann", study.id) == 1
    assert set(studies.progress("ann", study.jobs).waiting) == set(study.jobs)


# -- extend


def test_extending_asks_only_for_what_is_new_and_renames_cells(store, studies, study):
    end(store, study.jobs[0])
    studies.stop("ann", study.id)
    larger = study.config.model_copy(update={"seeds": (0, 1, 2), "sizes": (16, None)})
    grown = studies.extend("ann", study.id, larger, BLOCKS)
    assert len(grown.runs) == 12
    assert set(study.jobs) < set(grown.jobs)
    assert grown.baseline == "linear, all rows"
    progress = studies.progress("ann", grown.jobs)
    assert (len(progress.done), len(progress.stopped), len(progress.waiting)) == (1, 3, 8)
    assert studies.get("ann", study.id) == grown


def test_extending_never_forgets_a_run(store, studies, study):
    other = config(store, recipes=("lora",))
    grown = studies.extend("ann", study.id, other, BLOCKS)
    assert set(grown.jobs) > set(study.jobs)
    assert list(grown.arms) == ["lora", "linear", "full"]
    assert grown.baseline == "linear"


def test_a_study_stays_on_its_data(store, studies, study):
    data = study.config.data.model_copy(update={"text": "other"})
    with pytest.raises(ConfigError, match="data is"):
        studies.extend("ann", study.id, study.config.model_copy(update={"data": data}), BLOCKS)


# -- comparing


def test_the_comparison_is_of_finished_runs_by_cell(study):
    assert study.comparison(()) is None
    grid = study.comparison((study.jobs[1], study.jobs[3], study.jobs[2]))
    assert grid == CompareConfig(
        arms=(
            StudyArm(name="full", jobs=(study.jobs[1], study.jobs[3])),
            StudyArm(name="linear", jobs=(study.jobs[2],)),
        ),
        baseline="linear",
    )
    assert study.comparison(study.jobs[1:2]).baseline == "full", "the baseline has no finished run yet"


# -- delete


def ask_about(store, study):
    for job in study.jobs:
        end(store, job)
    store.submit("ann", study.comparison(study.jobs))
    store.submit("ann", ProbeConfig(job=study.jobs[0]))


def test_deleting_a_study_keeps_its_runs_unless_asked(store, studies, study):
    ask_about(store, study)
    studies.delete("ann", study.id)
    assert studies.all("ann") == store.runs("ann", COMPARE) == []
    assert len(store.runs("ann")) == 4
    assert len(store.runs("ann", PROBE)) == 1


def test_deleting_a_study_with_its_runs_keeps_what_is_older_or_another_studys(store, studies):
    grid = config(store)
    old, shared, *_ = (planned.config for planned in expand_grid(grid, BLOCKS))
    store.submit("ann", old, "mine")
    study = studies.add("ann", "first", grid, BLOCKS)
    studies.add("ann", "second", config(store, recipes=("full",), seeds=(0,)), BLOCKS)
    ask_about(store, study)
    studies.delete("ann", study.id, runs=True)
    assert {run.job.id for run in store.runs("ann")} == {job_id(old), job_id(shared)}
    assert not store.workspace.run(study.jobs[2]).exists()


def test_deleting_the_data_set_deletes_its_studies(store, studies, study):
    store.delete_dataset("ann", study.config.data.dataset)
    assert studies.all("ann") == store.runs("ann") == []


def test_deleting_a_run_deletes_the_comparisons_that_name_it(store, studies, study):
    ask_about(store, study)
    store.delete_run("ann", study.jobs[3])
    assert store.runs("ann", COMPARE) == []
    assert len(store.runs("ann", PROBE)) == 1


# -- the database


def test_a_workspace_from_before_gains_the_table(workspace, database_url):
    store = RunStore(workspace, database_url)
    with store.writing() as db:
        metadata.tables["studies"].drop(db)
    store.close()
    store = RunStore(workspace, database_url)
    assert Studies(store).all("ann") == []
    store.close()


def _add_and_extend(number, answers, root, url, digest):
    store = RunStore(Workspace(root), url)
    studies = Studies(store)
    data = DataConfig(dataset=digest, text="text", label="label")
    grid = StudyConfig(data=data, recipes=("linear",), seeds=(0,))
    study = studies.add("ann", "same", grid, BLOCKS)
    for k in range(4):
        more = grid.model_copy(update={"seeds": (10 * number + k,)})
        studies.extend("ann", study.id, more, BLOCKS)
    store.close()
    answers.put(study.id)


def test_three_processes_that_add_and_extend_at_once_lose_nothing(workspace, store, database_url, studies):
    digest = store.add_dataset("ann", "x", {"train": CSV}, Settings()).digest
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    args = (answers, workspace.root, database_url, digest)
    processes = [context.Process(target=_add_and_extend, args=(n + 1, *args)) for n in range(3)]
    for process in processes:
        process.start()
    ids = {answers.get(timeout=60) for _ in processes}
    for process in processes:
        process.join(timeout=20)
    assert [p.exitcode for p in processes] == [0, 0, 0]
    answers.close()
    seeds = {run.seed for study in (studies.get("ann", i) for i in ids) for run in study.runs}
    assert seeds == {0, *(10 * n + k for n in (1, 2, 3) for k in range(4))}
    assert len(store.waiting(Slot.TRAINING)) == 13
