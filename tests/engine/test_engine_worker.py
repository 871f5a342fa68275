"""Job runtime in this process: states and reasons of jobs that end, fail or stop."""

import os
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
import torch

from translearn_core.config.settings import Settings
from translearn_core.engine.fork_server import library_variables
from translearn_core.errors import DataError, Stopped, WorkspaceError
from translearn_core.jobs import TRAIN, ReadConfig
from translearn_core.results import StepPoint
from translearn_core.runs import RunStore, State, Workspace
from translearn_core.runs.database import schema as tables
from translearn_core.runs.database import sqlite_file
from translearn_core.worker import context as worker_context
from translearn_core.worker import runtime
from translearn_core.worker.context import POINTS_SECONDS, REPORT_SECONDS, Context, LruCache
from translearn_core.worker.process import persistence, resource_limits


@pytest.fixture
def store(tmp_path):
    opened = RunStore(Workspace(tmp_path))
    yield opened
    opened.close()
    runtime._store.cache_clear()


@pytest.fixture
def run(store):
    dataset = store.add_dataset("ann", "x", {"train": b"text,label\na,1\n"}, Settings())
    submitted = store.submit("ann", ReadConfig(dataset=dataset.digest))
    assert store.begin(submitted.job.id, "token")
    return store.run("ann", submitted.id)


@pytest.fixture
def context(store, run):
    return Context(store, run.job, store.workspace.run(run.job.id), LruCache())


def do(monkeypatch, store, run, function, worker="token"):
    monkeypatch.setattr(runtime, "handler", lambda spec: function)
    runtime.run(run.job.id, str(store.workspace.root), None, worker)
    opened = runtime._store(str(store.workspace.root), None)
    opened.close()
    return store.run("ann", run.id)


def failing(error):
    def job(context):
        raise error

    return job


def step(n):
    return StepPoint(n, 0.1, 0.5, 1e-4, 1e-3, 1.0, 100.0)


def test_a_job_that_returns_is_done(monkeypatch, store, run):
    ended = do(monkeypatch, store, run, lambda context: context.add_points([step(1), step(2)]))
    assert (ended.state, ended.job.reason) == (State.DONE, None)
    assert [p.step for p in store.history(run.job.id).steps] == [1, 2], "buffered points are written last"
    log = (store.workspace.run(run.job.id) / runtime.JOB_LOG).read_text()
    assert "read begins, start 1" in log
    assert f"torch on {torch.get_num_threads()} threads" in log


def test_the_reason_of_a_failure_is_its_error_message(monkeypatch, store, run):
    ended = do(monkeypatch, store, run, failing(DataError("The file is empty: choose another.")))
    assert (ended.state, ended.job.reason) == (State.FAILED, "The file is empty: choose another.")


def test_torch_out_of_memory_is_explained_and_empties_the_cache(monkeypatch, store, run):
    runtime.CACHE["model"] = object()
    ended = do(monkeypatch, store, run, lambda context: torch.empty(1 << 50))
    assert (ended.state, len(runtime.CACHE)) == (State.FAILED, 0)
    assert ended.job.reason.startswith("Memory ran out: use a smaller file")


def test_an_unexpected_error_is_one_line_for_the_user_and_a_traceback_in_the_log(monkeypatch, store, run):
    ended = do(monkeypatch, store, run, failing(KeyError("labels")))
    assert "(KeyError: 'labels')" in ended.job.reason
    assert "job.log" in ended.job.reason
    log = (store.workspace.run(run.job.id) / runtime.JOB_LOG).read_text()
    assert "Traceback" in log
    assert "in job" in log


def test_a_job_of_another_attempt_is_not_run(monkeypatch, store, run):
    ended = do(monkeypatch, store, run, failing(AssertionError("it ran")), worker="another token")
    assert ended.state is State.RUNNING
    store.finish(run.job.id, State.DONE)
    assert do(monkeypatch, store, run, failing(AssertionError("it ran"))).state is State.DONE
    runtime.run("deleted", str(store.workspace.root), None, "token")


def test_a_config_that_cannot_be_read_fails_the_run(monkeypatch, store, run):
    with store._engine.begin() as db:
        db.execute(tables.jobs.update().values(config='{"dataset": "x", "from_the_future": 1}'))
    runtime.run(run.job.id, str(store.workspace.root), None, "token")
    runtime._store(str(store.workspace.root), None).close()
    with store._engine.begin() as db:
        row = db.execute(tables.jobs.select()).one()
    assert row.state == "failed"
    assert "cannot read its settings" in row.reason


def test_reports_are_throttled_except_for_a_new_stage(context, store, run):
    written = []
    real = store.report
    store.report = lambda *args, **options: written.append(args[1]) or real(*args, **options)
    for n in range(500):
        context.report("encoding", n, 500)
    context.report("training", 0, 3)
    assert written[0].stage == "encoding"
    assert written[-1].stage == "training"
    assert len(written) < 10
    assert store.run("ann", run.id).job.progress.total == 3


def test_a_request_to_stop_reaches_the_job_within_a_moment(context, store, run):
    context.report("training", 1, 9)
    store.request_stop("ann", run.id)
    deadline = time.monotonic() + REPORT_SECONDS + 0.5

    def work():
        while time.monotonic() < deadline:
            context.report("training", 2, 9)

    with pytest.raises(Stopped):
        work()
    assert store.running_jobs()[run.job.id].stop_acknowledged
    with pytest.raises(Stopped):
        context.report("training", 3, 9, force=True)
    assert store.running_jobs()[run.job.id].stop_acknowledged


def test_points_are_written_in_batches(context, store, run):
    context.flush()
    context.add_points([step(1)])
    assert store.history(run.job.id).steps == ()
    time.sleep(POINTS_SECONDS)
    context.add_points([step(2)])
    assert [p.step for p in store.history(run.job.id).steps] == [1, 2]


def test_the_cache_evicts_the_least_recently_used_item():
    cache = LruCache(limit=2)
    cache["a"], cache["b"] = 1, 2
    assert cache.get("a") == 1
    cache["c"] = 3
    assert dict(cache) == {"a": 1, "c": 3}
    assert cache.get("b") is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority per thread")
def test_low_priority_work_lowers_its_thread_and_propagates_errors():
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    seen, before = [], niceness()
    resource_limits.low_priority(lambda: seen.append(niceness()))
    assert seen == [resource_limits.NICENESS]
    assert niceness() == before
    with pytest.raises(Stopped):
        resource_limits.low_priority(lambda: failing(Stopped("asked"))(None))


@pytest.mark.skipif(sys.platform != "linux", reason="the data segment is limited on Linux only")
def test_reading_a_table_reserves_no_memory_that_counts_against_the_limit(tmp_path):
    script = """
import io, pandas as pd
from translearn_core.worker.process.read_budget import _data_bytes
before = _data_bytes()
table = pd.read_csv(io.StringIO("text,label\\na,1\\n"))
table.to_parquet("t.parquet")
pd.read_parquet("t.parquet")
print((_data_bytes() - before) / 1e6)
"""
    variables = os.environ | library_variables()
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=variables, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 400


def test_a_watchdog_stops_the_job_where_memory_cannot_be_limited():
    program = """
import sys, time
from translearn_core.worker.process import resource_limits
sys.platform = "elsewhere"
resource_limits.apply(1)
try:
    with resource_limits.memory_guard():
        for _ in range(500):
            time.sleep(0.02)
except MemoryError:
    print("stopped")
"""
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert out.stdout.strip() == "stopped", out.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_is_explained(monkeypatch, store, run):
    def write(context):
        with open("/dev/full", "wb") as file:
            file.write(b"x")

    ended = do(monkeypatch, store, run, write)
    assert ended.state is State.FAILED
    assert ended.job.reason.startswith("The disk is full that holds")
    assert "job.log" not in ended.job.reason
    assert "press Resume" in runtime._explained(TRAIN, OSError(28, ""), store.workspace.root)[1]


def test_writes_to_a_locked_store_wait_and_happen_once(monkeypatch, store, run):
    monkeypatch.setitem(sqlite_file._OPTIONS, "timeout", 0.02)
    monkeypatch.setattr(persistence, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(worker_context, "PAUSE_SECONDS", 0.0)
    store.close()
    other = sqlite3.connect(store.workspace.database, isolation_level=None, check_same_thread=False)
    locked, done = threading.Event(), threading.Event()

    def work(context):
        other.execute("BEGIN IMMEDIATE")
        locked.set()
        for n in range(1, 4):
            context.report("working", n, 3, force=True)
            context.add_points([step(n)])
            context.flush()
        done.set()

    def release():
        assert locked.wait(20)
        assert done.wait(20), "unwritten progress ended or blocked the job"
        time.sleep(0.3)  # meanwhile the final state cannot be written
        other.execute("ROLLBACK")

    helper = threading.Thread(target=release)
    helper.start()
    ended = do(monkeypatch, store, run, work)
    helper.join()
    other.close()
    assert (ended.state, ended.job.attempts) == (State.DONE, 1)
    assert [p.step for p in store.history(run.job.id).steps] == [1, 2, 3]


def test_permanent_store_errors_are_raised():
    calls = []

    def write():
        calls.append(1)
        raise WorkspaceError("The database is damaged.")

    for wait in (persistence.persist, persistence.attempt):
        with pytest.raises(WorkspaceError):
            wait(write)
    assert len(calls) == 2
