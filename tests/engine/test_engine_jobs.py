"""What becomes of jobs, with a real engine, real workers and real processes."""

import os
import signal
import time

import psutil

from translearn_core.engine import devices
from translearn_core.results import TableProfile
from translearn_core.runs import State, artifacts

CSV = b"text,label\n" + b"".join(b"a sentence with the number %d,%d\n" % (n, n % 2) for n in range(60))


def test_a_file_is_read_by_a_worker(lab):
    run = lab.until(lab.read(CSV))
    assert (run.state, run.job.reason) == (State.DONE, None)
    reading = artifacts.load(lab.store.workspace.run(run.job.id), TableProfile)
    assert (reading.rows, [c.name for c in reading.columns]) == (60, ["text", "label"])


def test_a_bad_file_fails_with_a_sentence_and_no_traceback(lab):
    run = lab.until(lab.read(b""))
    assert run.state is State.FAILED
    assert run.job.reason.endswith(".")
    assert "Error" not in run.job.reason
    assert "Traceback" not in (lab.store.workspace.run(run.job.id) / "job.log").read_text()


def test_workers_have_all_threads_and_one_process_each(lab):
    question, training = lab.tell("work", seconds=0), lab.tell("work", train=True, seconds=0)
    lab.until(question)
    lab.until(training)
    asks, trains = lab.facts(question), lab.facts(training)
    assert asks["threads"] == trains["threads"] == dict.fromkeys(asks["threads"], str(devices.cores()))
    assert asks["telemetry"] == "1"
    assert trains["trims"] is None  # Dask's own 65536 doubles the time of a training step
    assert {asks["pid"], trains["pid"]} == {lab.status.workers[name] for name in ("ASK", "TRAIN")}


def test_a_question_does_not_wait_behind_a_training(lab):
    training = lab.tell("work", train=True, seconds=20)
    lab.until(training, stage="working")
    began = time.monotonic()
    assert lab.until(lab.read(CSV + b"one more,1\n")).state is State.DONE
    assert time.monotonic() - began < 5
    assert lab.store.run("ann", training.id).state is State.RUNNING
    asked = time.monotonic()
    assert lab.store.request_stop("ann", training.id)
    assert lab.until(training).state is State.STOPPED
    assert time.monotonic() - asked < 3


def test_owners_take_turns(lab):
    blocker = lab.tell("work", "cid", seconds=20)
    lab.until(blocker, stage="working")
    hers = [lab.tell("work", "dora", tag=f"d{n}", seconds=0) for n in range(3)]
    his = [lab.tell("work", "eli", tag=f"e{n}", seconds=0) for n in range(2)]
    assert [lab.store.place(run) for run in (*hers, *his)] == [1, 3, 5, 2, 4]
    lab.store.request_stop("cid", blocker.id)
    ended = [lab.until(run) for run in (*hers, *his)]
    order = sorted(ended, key=lambda run: run.job.started)
    assert [run.owner for run in order] == ["dora", "eli", "dora", "eli", "dora"]


def test_running_out_of_memory_is_said_and_the_worker_lives(lab):
    workers = lab.status.workers
    run = lab.until(lab.tell("fill", train=True, gigabytes=6))
    assert run.state is State.FAILED
    assert run.job.reason.startswith(
        "Memory ran out: choose a smaller batch size, a lower token limit or more"
    )
    assert lab.status.workers == workers


def test_an_exception_that_is_none_fails_the_job_and_not_the_worker(lab):
    run = lab.until(lab.tell("panic"))
    assert run.state is State.FAILED
    assert run.job.reason == (
        "Something unexpected happened (PanicException: called `Option::unwrap()` on a `None` value); "
        "the details are in job.log."
    )
    assert "in panic" in (lab.store.workspace.run(run.job.id) / "job.log").read_text()
    assert run.job.attempts == 1


def test_a_job_whose_worker_is_killed_is_started_again(lab):
    run = lab.until(lab.tell("work", train=True, attempts=[1], seconds=30), stage="working")
    os.kill(lab.status.workers["TRAIN"], signal.SIGKILL)
    done = lab.until(run)
    assert (done.state, done.job.attempts) == (State.DONE, 2)


def test_a_job_that_kills_every_worker_fails_and_one_that_will_not_stop_is_ended_with_its_worker(lab):
    killer, deaf = lab.tell("crash"), lab.tell("hang", train=True, seconds=60)
    lab.until(deaf, stage="hanging")
    worker = psutil.Process(lab.facts(deaf)["pid"])
    asked = time.monotonic()
    lab.store.request_stop("ann", deaf.id)
    failed = lab.until(killer)
    slow = lab.until(lab.tell("linger", seconds=10.5), stage="working")
    lab.store.request_stop("ann", slow.id)
    assert failed.state is State.FAILED
    assert "ran out of memory or was killed. It was started 3 times" in failed.job.reason
    stopped = lab.until(deaf)
    assert (stopped.state, stopped.job.reason) == (
        State.STOPPED,
        "Stopped; it did not answer, so its worker was restarted.",
    )
    assert 10 <= time.monotonic() - asked < 25
    kept = lab.until(slow)
    assert (kept.state, kept.job.reason) == (State.STOPPED, None), (
        "it had heard, and was given the time it needs"
    )
    assert (lab.store.workspace.run(slow.job.id) / "kept").exists()
    assert psutil.wait_procs([worker], timeout=5)[1] == []


def test_a_file_that_takes_too_long_is_refused_and_holds_nobody_elses(lab):
    """A regular expression that never returns: only the end of its process ends it."""
    bad = [lab.tell("regex", "mallory", read=True, tag=f"m{n}") for n in range(3)]
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
