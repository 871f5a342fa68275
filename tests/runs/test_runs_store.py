import time

import pytest

from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig
from translearn_core.config.settings import Settings
from translearn_core.errors import NotFoundError, QuotaError
from translearn_core.jobs import PROBE, PROFILE, PredictConfig, ProbeConfig, ProfileConfig, ReadConfig, Slot
from translearn_core.results import EpochPoint, History, StepPoint
from translearn_core.runs import Progress, RunningJob, State
from translearn_core.runs.database.schema import datasets as datasets_table
from translearn_core.runs.queue import MAX_ATTEMPTS

LIMITS = Settings(max_upload_mb=1, max_owner_mb=10)
CSV = b"text,label\ngood,1\nbad,0\n"


def bring(store, owner, data=CSV):
    return store.add_dataset(owner, "reviews.csv", {"train": data}, LIMITS)


def ask(store, owner, data=CSV, **choices):
    dataset = bring(store, owner, data)
    return store.submit(
        owner,
        ExperimentConfig(data=DataConfig(dataset=dataset.digest, text="text", label="label"), **choices),
    )


def step(n):
    return StepPoint(n, n / 10, 0.5, 1e-4, 1e-3, 1.0, 1000.0)


def start(store, run, worker="w"):
    assert store.begin(run.job.id, worker)


# -- the same question is asked once


def test_the_same_question_is_one_job_and_each_owner_has_a_run_of_it(store):
    first, second, again = ask(store, "ann"), ask(store, "ben"), ask(store, "ann")
    assert first.job.id == second.job.id
    assert first.id == again.id != second.id
    assert store.waiting(Slot.TRAINING) == [first.job.id]


def test_asking_again_leaves_a_finished_job_alone_and_queues_a_failed_one(store):
    run = ask(store, "ann")
    start(store, run)
    assert store.finish(run.job.id, State.DONE)
    assert ask(store, "ann").state is State.DONE
    other = ask(store, "ann", backbone={"id": "other"})
    start(store, other)
    assert store.finish(other.job.id, State.FAILED, "no such backbone")
    assert store.run("ann", other.id).job.reason == "no such backbone"
    again = ask(store, "ann", backbone={"id": "other"})
    assert (again.state, again.job.reason, again.job.attempts) == (State.QUEUED, None, 0)


# -- owners


def test_what_is_not_yours_is_not_found(store):
    run, dataset = ask(store, "ann"), bring(store, "ann")
    for name in (run.id, run.job.id):
        for act in (store.run, store.request_stop, store.resume, store.delete_run):
            with pytest.raises(NotFoundError):
                act("ben", name)
    for name in (dataset.id, dataset.digest):
        with pytest.raises(NotFoundError):
            store.dataset("ben", name)
        with pytest.raises(NotFoundError):
            store.delete_dataset("ben", name)
    with pytest.raises(NotFoundError):
        store.submit("ben", ReadConfig(dataset=dataset.digest))
    with pytest.raises(NotFoundError):
        store.submit("ben", PredictConfig(job=run.job.id, texts=("x",)))
    store.rename("ben", run.id, "mine now")
    assert store.run("ann", run.id).name == "train"
    assert store.runs("ben") == store.datasets("ben") == []
    assert store.disk("ben") == 0 < store.disk("ann")


def test_a_file_or_an_owner_over_the_limit_is_refused_with_the_numbers(store):
    with pytest.raises(QuotaError, match="has 2 MB; this installation takes 1 MB"):
        bring(store, "ann", b"x" * 2_000_000)
    for n in range(10):
        bring(store, "ann", b"%d" % n + b"x" * 990_000)
    with pytest.raises(QuotaError, match="fill 10 of 10 MB"):
        bring(store, "ann", b"y" * 500_000)
    bring(store, "ben", b"y" * 500_000)


def test_all_owners_together_have_a_limit_too(store):
    limits = Settings(max_upload_mb=10, max_total_mb=10)
    store.add_dataset("ann", "a.csv", {"train": b"a" * 6_000_000}, limits)
    assert store.workspace.total_disk_usage() == 6_000_000
    with pytest.raises(QuotaError, match=r"6 of 10 MB: .* TRANSLEARN_MAX_TOTAL_MB"):
        store.add_dataset("ben", "b.csv", {"train": b"b" * 6_000_000}, limits)
    assert not store.owns_anything("ben")
    assert store.owns_anything("ann")


def test_who_has_a_run_alone_owns_something(store):
    run = ask(store, "ann")
    with store.writing() as db:
        db.execute(datasets_table.delete())
    assert store.owns_anything("ann")
    store.delete_run("ann", run.id)
    assert not store.owns_anything("ann")


# -- deleting


def test_deleting_a_data_set_removes_its_files_at_once_unless_somebody_else_has_it(store, workspace):
    ann, _ = bring(store, "ann"), bring(store, "ben")
    store.delete_dataset("ann", ann.id)
    assert workspace.sources(ann.digest)
    store.delete_dataset("ben", ann.digest)
    assert not workspace.dataset(ann.digest).exists()
    assert list((workspace.root / ".removed").iterdir()) == []
    assert workspace.sources(bring(store, "ann").digest), "the same file can come again"


def test_the_files_of_a_data_set_stay_while_a_job_reads_them(store, workspace):
    run = ask(store, "ann")
    start(store, run)
    digest = run.job.config.data.dataset
    store.delete_dataset("ann", digest)
    assert workspace.sources(digest)
    assert store.report(run.job.id, Progress("training", 1, 2)), "it is asked to stop"
    assert store.finish(run.job.id, State.STOPPED)
    store.sweep()
    assert not workspace.run(run.job.id).exists()
    with pytest.raises(NotFoundError):
        store.job(run.job.id)


def test_deleting_a_run_removes_its_files_and_what_was_computed_from_it_when_nobody_else_has_it(
    store, workspace
):
    ann, ben = ask(store, "ann"), ask(store, "ben")
    start(store, ann)
    store.add_points(ann.job.id, [step(1)])
    store.finish(ann.job.id, State.DONE)
    child = store.submit("ann", PredictConfig(job=ann.job.id, texts=("fine",)))
    for job in (ann.job.id, child.job.id):
        workspace.run(job).mkdir()
        (workspace.run(job) / "weights").write_bytes(b"0" * 1000)
    store.delete_run("ann", ann.id)
    with pytest.raises(NotFoundError):
        store.run("ann", child.id)
    assert not workspace.run(child.job.id).exists()
    assert (workspace.run(ann.job.id) / "weights").exists(), "ben's"
    store.delete_run("ben", ben.id)
    assert not workspace.run(ann.job.id).exists()
    assert store.history(ann.job.id).steps == ()


def test_files_without_a_row_go_after_a_minute_and_not_while_they_are_coming_in(
    store, workspace, monkeypatch
):
    digest = workspace.keep_files({"train": CSV})
    store.sweep()
    assert workspace.dataset(digest).exists()
    monkeypatch.setattr(time, "time", lambda real=time.time: real() + 120)
    store.sweep()
    assert not workspace.dataset(digest).exists()


# -- stopping


def test_a_run_that_two_want_goes_on_until_both_stop_it(store):
    ann, ben = ask(store, "ann"), ask(store, "ben")
    start(store, ann)
    assert not store.request_stop("ann", ann.id)
    assert not store.report(ann.job.id, Progress("training", 1, 2))
    assert store.run("ann", ann.id).stopping
    assert store.request_stop("ben", ben.id)
    assert store.report(ann.job.id, Progress("training", 2, 2))
    assert store.finish(ann.job.id, State.STOPPED)
    assert store.run("ann", ann.id).state is State.STOPPED


def test_what_waits_stops_at_once(store):
    run = ask(store, "ann")
    assert store.request_stop("ann", run.id)
    assert store.run("ann", run.id).state is State.STOPPED
    assert not store.begin(run.job.id, "w")
    assert store.resume("ann", run.id)
    assert store.begin(run.job.id, "w")


def test_asked_for_again_before_it_had_stopped_it_is_queued_again(store):
    run = ask(store, "ann")
    start(store, run)
    store.request_stop("ann", run.id)
    ask(store, "ben")
    assert store.finish(run.job.id, State.STOPPED)
    job = store.run("ben", run.job.id).job
    assert (job.state, job.stop) == (State.QUEUED, False)


# -- losing workers


def test_a_lost_worker_costs_an_attempt_and_the_last_one_fails_the_run(store):
    run = ask(store, "ann")
    for attempt in range(1, MAX_ATTEMPTS + 1):
        start(store, run)
        assert store.run("ann", run.id).job.attempts == attempt
        assert store.interrupt(run.job.id, "Its worker was lost.")
        lost = store.run("ann", run.id)
        assert lost.state is (State.INTERRUPTED if attempt < MAX_ATTEMPTS else State.FAILED)
        assert store.requeue_lost() == (attempt < MAX_ATTEMPTS)
    assert "started 3 times" in lost.job.reason
    assert store.resume("ann", run.id)
    start(store, run)
    assert store.run("ann", run.id).job.attempts == 1


def test_an_orderly_end_of_the_engine_costs_no_attempt(store):
    run = ask(store, "ann")
    for _ in range(MAX_ATTEMPTS + 2):
        start(store, run)
        assert store.interrupt(run.job.id, "The engine was stopped.", blame=False)
        assert store.run("ann", run.id).state is State.INTERRUPTED
        store.requeue_lost()
    assert store.run("ann", run.id).job.attempts == 0


def test_a_run_that_was_asked_to_stop_is_stopped_and_not_requeued_when_its_worker_is_lost(store):
    run = ask(store, "ann")
    start(store, run)
    store.request_stop("ann", run.id)
    store.interrupt(run.job.id, "Its worker was lost.")
    assert store.requeue_lost() == 0
    assert store.run("ann", run.id).state is State.STOPPED


def test_an_interrupted_run_keeps_its_place(store):
    first = ask(store, "ann")
    second = ask(store, "ann", backbone={"id": "other"})
    start(store, first)
    store.interrupt(first.job.id, "Its worker was lost.")
    store.requeue_lost()
    assert store.waiting(Slot.TRAINING) == [first.job.id, second.job.id]
    assert store.queue_position(store.run("ann", second.id)) == 2


def test_an_attempt_that_was_given_up_writes_nothing_any_more(store):
    run = ask(store, "ann")
    start(store, run, "old")
    store.interrupt(run.job.id, "Its worker was lost.", worker="old")
    store.requeue_lost()
    start(store, run, "new")
    assert store.report(run.job.id, Progress("training", 9, 9), worker="old"), "the old one is told to stop"
    assert not store.report(run.job.id, Progress("training", 1, 9), worker="new")
    store.add_points(run.job.id, [step(9)], worker="old")
    store.add_points(run.job.id, [step(1)], worker="new")
    assert not store.finish(run.job.id, State.DONE, worker="old")
    assert not store.interrupt(run.job.id, "late", worker="old")
    job = store.run("ann", run.id).job
    assert (job.state, job.progress.done, job.attempts) == (State.RUNNING, 1, 2)
    assert [p.step for p in store.history(run.job.id).steps] == [1]
    assert store.running_jobs() == {run.job.id: RunningJob("new", stop=False, stop_acknowledged=False)}


# -- history


def test_points_come_back_in_order_until_they_are_forgotten(store):
    run = ask(store, "ann")
    epoch = EpochPoint(1, 3, {"loss": 0.4}, {"loss": 0.5, "macro_f1": 0.7}, 2.0, True)
    store.add_points(run.job.id, [step(1), step(2), step(3), epoch, step(4)])
    history = store.history(run.job.id)
    assert [p.step for p in history.steps] == [1, 2, 3, 4]
    assert history.epochs == (epoch,)
    store.forget_points(run.job.id)
    assert store.history(run.job.id) == History((), ())


def test_a_run_that_goes_on_forgets_what_was_said_of_its_old_model(store):
    run = ask(store, "ann")
    done, running = (store.submit("ann", ProbeConfig(job=run.job.id, seed=seed)) for seed in (0, 1))
    for probe in (done, running):
        assert store.begin(probe.job.id, "w")
    store.finish(done.job.id, State.DONE)
    store.forget_answers(run.job.id)
    assert store.runs("ann", PROBE) == []
    assert store.job(running.job.id).stop
    assert store.run("ann", run.id).job.id == run.job.id


# -- turns, as the store sees them


def test_owners_take_turns_whoever_asked_first(store):
    hers = [ask(store, "ann", backbone={"id": f"ann{n}"}).job.id for n in range(3)]
    his = [ask(store, "ben", backbone={"id": f"ben{n}"}).job.id for n in range(2)]
    order = []
    while waiting := store.waiting(Slot.TRAINING):
        assert store.begin(waiting[0], "w")
        store.finish(waiting[0], State.DONE)
        order.append(waiting[0])
    assert order == [hers[0], his[0], hers[1], his[1], hers[2]]


def test_a_job_that_gives_way_is_queued_again_and_its_worker_has_to_leave_it(store):
    run = store.submit("ann", ProfileConfig(backbone=BackboneConfig()))
    start(store, run, "first")
    assert store.put_back(run.job.id, "first")
    assert not store.put_back(run.job.id, "first")
    assert store.run("ann", run.id).state is State.QUEUED
    assert store.report(run.job.id, Progress("working", 1, 2), worker="first"), "it must stop"
    assert not store.finish(run.job.id, State.STOPPED, worker="first")
    start(store, run, "second")
    assert store.run("ann", run.id).job.attempts == 1
    store.request_stop("ann", run.id)
    assert not store.put_back(run.job.id, "second"), "somebody stopped it"


def test_what_a_queued_job_waits_for_is_named_to_its_owner(store):
    estimate = store.submit("ann", ProfileConfig(backbone=BackboneConfig()))
    mine = store.submit("ann", ProfileConfig(backbone=BackboneConfig(id="other")))
    hers = store.submit("eve", ProfileConfig(backbone=BackboneConfig(id="another")))
    assert store.queued_behind(mine) is None
    start(store, estimate)
    assert [store.queued_behind(run) for run in (mine, hers)] == [(PROFILE, True), (PROFILE, False)]
    assert store.queued_behind(store.run("ann", estimate.id)) is None
    assert store.waiting(Slot.INTERACTIVE, background=False) == []
