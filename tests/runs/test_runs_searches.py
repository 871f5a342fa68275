"""Searches in the store: moved on by `advance`, stopped, resumed, deleted."""

from dataclasses import replace

import pytest

from translearn_core.config import DataConfig, ExperimentConfig, job_id
from translearn_core.config.search import SearchConfig, base_experiment
from translearn_core.config.settings import Settings
from translearn_core.errors import NotFoundError
from translearn_core.jobs import SELECTION, TrainingPredictionsConfig
from translearn_core.results import CacheUsage, Estimate, Metrics, RunSummary, Selection, Workload
from translearn_core.results.selection import CandidateScore
from translearn_core.runs import Searches, State, artifacts
from translearn_core.runs.search.progress import search_progress
from translearn_core.runs.submissions import JobRequest, submit_job

TASK = Workload(1000, 200, 500, 20.0, 2)
SCORES = {"TF-IDF": 0.7, "linear probe": 0.8, "linear probe, last four layers": 0.82, "LoRA": 0.9}


def summary(score, seconds=2.0):
    metrics = Metrics(200, {"accuracy": Estimate(score, score - 0.05, min(1.0, score + 0.05))}, 1 - score)
    phases = {"read": 0.0, "encode": seconds / 2, "train": seconds / 2, "evaluate": 0.0, "total": seconds}
    return RunSummary(
        "CPU", "float32", phases, {"trainable": 1, "total": 1}, metrics, metrics, 0.5, 1, 1, 0,
        CacheUsage(1700, 1700, 0.0),
    )  # fmt: skip


@pytest.fixture
def searches(store):
    return Searches(store)


def start(store, searches, owner="ann", minutes=60.0):
    dataset = store.add_dataset(owner, "reviews.csv", {"train": b"text,label\ngood,1\nbad,0\n"}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    config = SearchConfig(experiment=ExperimentConfig(data=data), minutes=minutes)
    return searches.add(owner, "find", config, 6, TASK)


def train(store, searches, search, *, state=State.DONE):
    """Finish the live runs of a search with a score by candidate."""
    for trial in searches.get(search.owner, search.id).trials:
        if store.job(trial.job).state is State.QUEUED:
            assert store.begin(trial.job, "w")
            score = SCORES.get(trial.candidate, 0.75) + 0.01 * trial.rung
            artifacts.save(store.workspace.run(trial.job), summary(score))
            assert store.finish(trial.job, state)


def finish(store, searches, search):
    for _ in range(60):
        searches.advance()
        current = searches.get(search.owner, search.id)
        if current.selection is not None:
            return current
        train(store, searches, search)
    raise AssertionError("the search does not end")


def select(store, search, winner="TF-IDF"):
    """Store the selection as a worker would."""
    config = store.run(search.owner, search.selection, SELECTION).job.config
    score = Estimate(0.9, 0.85, 0.93)
    listed = tuple(
        CandidateScore(one.name, one.chains[0][-1], len(one.chains), score, Estimate(0, 0, 0), 5.0)
        for one in sorted(config.candidates, key=lambda one: one.name != winner)
    )
    tests = {listed[0].name: Metrics(500, {"accuracy": score}, 0.3)}
    store.begin(search.selection, "w")
    artifacts.save(
        store.workspace.run(search.selection), Selection("accuracy", listed, listed[0].name, tests)
    )
    store.finish(search.selection, State.DONE)


def test_a_search_submits_ordinary_runs_until_it_can_choose(store, searches):
    search = start(store, searches)
    assert search.state is State.RUNNING
    assert not search.trials
    searches.advance()
    first = searches.get("ann", search.id)
    assert [trial.candidate for trial in first.trials] == list(SCORES)[:3]
    assert {run.job.id for run in store.runs("ann")} == set(first.jobs)
    searches.advance()
    assert searches.get("ann", search.id) == first, "it waits for its runs"
    ended = finish(store, searches, search)
    assert {trial.repeat for trial in ended.trials if trial.candidate == "LoRA"} == {0, 1, 2}
    config = store.run("ann", ended.selection, SELECTION).job.config
    lora = next(one for one in config.candidates if one.name == "LoRA")
    assert [len(chain) for chain in lora.chains] == [4, 4, 4]
    searches.advance()
    assert searches.get("ann", search.id).state is State.RUNNING
    select(store, ended)
    searches.advance()
    assert searches.get("ann", search.id).state is State.DONE
    assert searches.all("ann")[0].id == search.id
    assert searches.all("bob") == []


def completed(store, searches, search, state):
    """Let the predictions of the winner's training rows end in a state, and return the search after that."""
    searches.advance()
    waiting = searches.get(search.owner, search.id)
    (trial,) = [trial for trial in waiting.trials if trial.predicts_train]
    assert waiting.state is State.RUNNING
    assert store.job(trial.job).state is State.QUEUED
    searches.advance()
    assert searches.get(search.owner, search.id) == waiting, "it waits for them"
    store.begin(trial.job, "w")
    store.finish(trial.job, state)
    searches.advance()
    return searches.get(search.owner, search.id)


@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_the_training_rows_of_the_winner_are_predicted_before_it_ends(store, searches, state):
    search = finish(store, searches, start(store, searches))
    select(store, search, winner="LoRA")
    before = search_progress(search, searches.results(search))
    ended = completed(store, searches, search, state)
    assert ended.state is State.DONE
    (trial,) = [trial for trial in ended.trials if trial.predicts_train]
    config = store.job(trial.job).config
    assert isinstance(config, TrainingPredictionsConfig)
    assert config.job in {t.job for t in ended.trials if (t.candidate, t.rung) == ("LoRA", 3)}
    after = search_progress(ended, searches.results(ended))
    assert [(c.name, c.state, c.rungs, c.seeds) for c in after.candidates] == [
        (c.name, c.state, c.rungs, c.seeds) for c in before.candidates
    ]


def test_a_search_stopped_while_training_rows_are_predicted_goes_on_with_them(store, searches):
    search = finish(store, searches, start(store, searches))
    select(store, search, winner="LoRA")
    searches.advance()
    searches.stop("ann", search.id)
    (trial,) = [t for t in searches.get("ann", search.id).trials if t.predicts_train]
    assert store.job(trial.job).state is State.STOPPED
    searches.resume("ann", search.id)
    assert store.job(trial.job).state is State.QUEUED
    store.begin(trial.job, "w")
    store.finish(trial.job, State.DONE)
    searches.advance()
    ended = searches.get("ann", search.id)
    assert ended.selection == search.selection
    searches.advance()
    assert searches.get("ann", search.id).state is State.DONE
    assert [t for t in searches.get("ann", search.id).trials if t.predicts_train] == [trial]


def test_it_goes_on_after_a_stop_where_it_was_and_trains_nothing_twice(store, searches):
    search = start(store, searches)
    searches.advance()
    train(store, searches, search)
    searches.advance()
    searches.stop("ann", search.id)
    stopped = searches.get("ann", search.id)
    assert stopped.state is State.STOPPED
    assert all(not store.job(job).state.live for job in stopped.jobs)
    searches.advance()
    assert searches.get("ann", search.id) == stopped
    searches.resume("ann", search.id)
    states = [store.job(job).state for job in stopped.jobs]
    assert states[:3] == [State.DONE] * 3
    assert set(states[3:]) == {State.QUEUED}
    ended = finish(store, searches, search)
    assert ended.jobs[: len(stopped.jobs)] == stopped.jobs
    assert len(set(ended.jobs)) == len(ended.jobs)


def test_an_equal_search_is_the_same_one_and_goes_on(store, searches):
    search = start(store, searches)
    searches.advance()
    searches.stop("ann", search.id)
    again = start(store, searches)
    assert again.id == search.id
    assert again.state is State.RUNNING


def test_runs_that_were_there_before_cost_it_nothing(store, searches):
    dataset = store.add_dataset("ann", "reviews.csv", {"train": b"text,label\ngood,1\nbad,0\n"}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    config = SearchConfig(experiment=base_experiment(ExperimentConfig(data=data)), minutes=60.0)
    words = config.experiment
    search = searches.add("ann", "find", config, 6, TASK)
    candidate = search.candidates[0].at_rung(0, 0, None)
    with store.writing() as db:
        submit_job(db, "ann", JobRequest(candidate, "mine", words.data.dataset), rename=False, now=1.0)
    store.begin(job_id(candidate), "w")
    artifacts.save(store.workspace.run(job_id(candidate)), summary(0.7))
    store.finish(job_id(candidate), State.DONE)
    searches.advance()
    (trial,) = searches.get("ann", search.id).trials[:1]
    later = replace(search, created=search.created + 1000, trials=(trial,))
    (result,) = searches.results(later)
    assert (result.state, result.seconds) == (State.DONE, 0.0)
    assert result.summary is not None


def test_when_every_run_fails_the_reason_is_said(store, searches):
    search = start(store, searches)
    searches.advance()
    for job in searches.get("ann", search.id).jobs:
        store.begin(job, "w")
        store.finish(job, State.FAILED, "It did not fit into memory.")
    searches.advance()
    ended = searches.get("ann", search.id)
    assert ended.state is State.FAILED
    assert "memory" in ended.reason


def test_over_time_it_stops_what_runs_and_chooses_from_what_there_is(store, searches, monkeypatch):
    search = start(store, searches, minutes=0.5)
    searches.advance()
    first, second = searches.get("ann", search.id).jobs[:2]
    store.begin(first, "w")
    artifacts.save(store.workspace.run(first), summary(0.7))
    store.finish(first, State.DONE)
    store.begin(second, "w")
    now = store.job(second).started
    monkeypatch.setattr("translearn_core.runs.search.store.time.time", lambda: now + 31.0)
    searches.advance()
    assert store.running_jobs()[second].stop
    store.finish(second, State.STOPPED)
    searches.advance()
    ended = searches.get("ann", search.id)
    assert [one.name for one in store.run("ann", ended.selection, SELECTION).job.config.candidates] == [
        "TF-IDF"
    ]


def test_another_owners_search_does_not_exist(store, searches):
    search = start(store, searches)
    for act in (searches.get, searches.stop, searches.resume, searches.delete):
        with pytest.raises(NotFoundError):
            act("bob", search.id)


def test_a_deleted_search_leaves_its_runs(store, searches):
    search = start(store, searches)
    searches.advance()
    jobs = searches.get("ann", search.id).jobs
    searches.delete("ann", search.id)
    assert searches.all("ann") == []
    assert {run.job.id for run in store.runs("ann")} == set(jobs)


def test_a_choice_that_was_deleted_is_made_again_while_the_search_runs(store, searches):
    search = start(store, searches)
    ended = finish(store, searches, search)
    store.delete_run("ann", ended.selection)
    searches.advance()
    assert searches.get("ann", search.id).selection is None
    searches.advance()
    assert searches.get("ann", search.id).selection == ended.selection


def test_progress_ranks_candidates_and_says_what_became_of_them(store, searches):
    search = start(store, searches, minutes=1.0)
    ended = finish(store, searches, search)
    progress = search_progress(ended, searches.results(ended))
    table = progress.frame()
    assert table["validation"].dropna().is_monotonic_decreasing
    assert len(table) == len(search.candidates)
    tried = table[table["rungs"] > 0]
    assert set(tried["state"]) <= {"done", "dropped"}
    assert progress.seconds == pytest.approx(tried["seconds"].sum(), abs=1.0)
