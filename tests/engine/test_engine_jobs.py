"""Jobs on a real engine with real worker processes."""

import os
import signal
import time

import psutil

from translearn_core.config import BackboneConfig
from translearn_core.engine import devices
from translearn_core.jobs import ProfileConfig
from translearn_core.results import TableProfile
from translearn_core.runs import State, artifacts

CSV = b"text,label\n" + b"".join(b"a sentence with the number %d,%d\n" % (n, n % 2) for n in range(60))


def test_a_file_is_read_by_a_worker(lab):
    run = lab.until(lab.read(CSV))
    assert (run.state, run.job.reason) == (State.DONE, None)
    profile = artifacts.load(lab.store.workspace.run(run.job.id), TableProfile)
    assert (profile.rows, [c.name for c in profile.columns]) == (60, ["text", "label"])


def test_an_unreadable_file_fails_without_a_traceback(lab):
    run = lab.until(lab.read(b""))
    assert run.state is State.FAILED
    assert run.job.reason.endswith(".")
    assert "Error" not in run.job.reason
    assert "Traceback" not in (lab.store.workspace.run(run.job.id) / "job.log").read_text()


def test_workers_have_all_threads_and_one_process_each(lab):
    question, training = lab.submit("work", seconds=0), lab.submit("work", train=True, seconds=0)
    lab.until(question)
    lab.until(training)
    asks, trains = lab.facts(question), lab.facts(training)
    assert asks["threads"] == trains["threads"] == dict.fromkeys(asks["threads"], str(devices.cores()))
    assert asks["telemetry"] == "1"
    assert trains["trims"] is None  # Dask's default doubles the time of a training step
    assert {asks["pid"], trains["pid"]} == {lab.status.workers[name] for name in ("ASK", "TRAIN")}


def test_a_question_does_not_wait_behind_a_training(lab):
    training = lab.submit("work", train=True, seconds=20)
    lab.until(training, stage="working")
    began = time.monotonic()
    assert lab.until(lab.read(CSV + b"one more,1\n")).state is State.DONE
    assert time.monotonic() - began < 5
    assert lab.store.run("ann", training.id).state is State.RUNNING
    requested = time.monotonic()
    assert lab.store.request_stop("ann", training.id)
    assert lab.until(training).state is State.STOPPED
    assert time.monotonic() - requested < 3


def test_owners_take_turns(lab):
    blocker = lab.submit("work", "cid", seconds=20)
    lab.until(blocker, stage="working")
    doras = [lab.submit("work", "dora", tag=f"d{n}", seconds=0) for n in range(3)]
    elis = [lab.submit("work", "eli", tag=f"e{n}", seconds=0) for n in range(2)]
    assert [lab.store.queue_position(run) for run in (*doras, *elis)] == [1, 3, 5, 2, 4]
    lab.store.request_stop("cid", blocker.id)
    ended = [lab.until(run) for run in (*doras, *elis)]
    order = sorted(ended, key=lambda run: run.job.started)
    assert [run.owner for run in order] == ["dora", "eli", "dora", "eli", "dora"]


def test_an_estimate_gives_way_to_what_somebody_asks_for_and_is_made_then(lab):
    estimate = lab.store.submit("ann", ProfileConfig(backbone=BackboneConfig()))
    lab.until(estimate, stage="working")
    began = time.monotonic()
    asked = lab.submit("work", "bob", tag="asked", seconds=0.3)
    assert lab.until(asked).state is State.DONE
    assert time.monotonic() - began < 10
    again = lab.until(estimate, stage="working")
    assert (again.job.attempts, again.job.started > asked.created) == (1, True)
    lab.store.request_stop("ann", estimate.id)
    assert lab.until(estimate).state is State.STOPPED


def test_a_job_out_of_memory_fails_and_its_worker_survives(lab):
    workers = lab.status.workers
    run = lab.until(lab.submit("fill", train=True, gigabytes=6))
    assert run.state is State.FAILED
    assert run.job.reason.startswith("Memory ran out: choose a smaller batch size")
    assert lab.status.workers == workers


def test_a_base_exception_fails_the_job_and_not_the_worker(lab):
    run = lab.until(lab.submit("panic"))
    assert run.state is State.FAILED
    assert "(PanicException: called `Option::unwrap()` on a `None` value)" in run.job.reason
    assert "second line" not in run.job.reason
    assert "job.log" in run.job.reason
    assert "in panic" in (lab.store.workspace.run(run.job.id) / "job.log").read_text()
    assert run.job.attempts == 1


def test_a_job_whose_worker_is_killed_is_started_again(lab):
    run = lab.until(lab.submit("work", train=True, attempts=[1], seconds=30), stage="working")
    os.kill(lab.status.workers["TRAIN"], signal.SIGKILL)
    done = lab.until(run)
    assert (done.state, done.job.attempts) == (State.DONE, 2)


def test_a_job_that_kills_its_workers_fails_and_an_unresponsive_one_is_killed(lab):
    killer, unresponsive = lab.submit("crash"), lab.submit("hang", train=True, seconds=60)
    lab.until(unresponsive, stage="hanging")
    worker = psutil.Process(lab.facts(unresponsive)["pid"])
    requested = time.monotonic()
    lab.store.request_stop("ann", unresponsive.id)
    failed = lab.until(killer)
    slow = lab.until(lab.submit("linger", seconds=10.5), stage="working")
    lab.store.request_stop("ann", slow.id)
    assert failed.state is State.FAILED
    assert "was killed" in failed.job.reason
    assert "started 3 times" in failed.job.reason
    stopped = lab.until(unresponsive)
    assert stopped.state is State.STOPPED
    assert "worker was restarted" in stopped.job.reason
    assert 10 <= time.monotonic() - requested < 25
    saved = lab.until(slow)
    assert (saved.state, saved.job.reason) == (State.STOPPED, None), "a stopping job may take longer"
    assert (lab.store.workspace.run(slow.job.id) / "saved").exists()
    assert psutil.wait_procs([worker], timeout=5)[1] == []


def test_a_file_over_its_read_budget_fails_and_does_not_block_other_owners(lab):
    """A regular expression that never returns, so that only killing its process ends it."""
    bad = [lab.submit("regex", "mallory", read=True, tag=f"m{n}") for n in range(3)]
    lab.until(bad[0], stage="matching")
    began = time.monotonic()
    assert lab.until(lab.read(CSV + b"another,0\n", "nina")).state is State.DONE
    assert time.monotonic() - began < 5
    ended = lab.until(bad[0], seconds=60)
    assert ended.state is State.FAILED
    assert "more time or memory" in ended.job.reason
    assert ended.job.attempts == 1
    for run in bad:
        lab.store.delete_run("mallory", run.id)
