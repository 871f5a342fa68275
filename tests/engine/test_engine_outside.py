"""Existing Dask cluster, which needs a shared PostgreSQL database."""

import signal
import socket
import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine

from tests.databases import postgresql
from tests.engine.engine_lab import Lab
from translearn_core.config.settings import Settings
from translearn_core.engine.launcher import environment
from translearn_core.errors import EngineError
from translearn_core.runs import State
from translearn_core.runs.database.schema import metadata

POSTGRESQL = postgresql()
needs_postgresql = pytest.mark.skipif(
    not POSTGRESQL, reason="TRANSLEARN_TEST_DATABASE_URL names no PostgreSQL database to test with"
)


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def settings(tmp_path, port):
    return Settings(workspace=tmp_path, database_url=POSTGRESQL, scheduler=f"tcp://127.0.0.1:{port}")


@pytest.fixture
def dask_cluster(settings, port):
    common = [sys.executable, "-m", "distributed.cli.dask_"]
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    worker = [*local, "--nthreads", "1", "--local-directory", str(settings.workspace), settings.scheduler]
    commands = [[*common[:2], "distributed.cli.dask_scheduler", *local, "--port", str(port)]]
    for slot in ("TRAIN", "ASK"):
        commands.append([*common[:2], "distributed.cli.dask_worker", *worker, "--resources", f"{slot}=1"])
    processes = [
        subprocess.Popen(c, env=environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for c in commands
    ]
    yield
    for process in reversed(processes):
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(timeout=20)


@pytest.fixture
def outside(settings, dask_cluster):
    lab = Lab(settings)
    yield lab
    lab.stop()
    lab.store.close()
    engine = create_engine(POSTGRESQL)
    metadata.drop_all(engine)
    engine.dispose()


@needs_postgresql
def test_jobs_run_on_an_existing_cluster_and_an_unresponsive_one_is_killed(outside):
    assert outside.start().slots == {"TRAIN": 1, "ASK": 1}
    read = outside.until(outside.read(b"text,label\n" + b"hello there,a\ngood bye,b\n" * 20))
    assert read.state is State.DONE
    unresponsive = outside.until(outside.submit("hang", seconds=60), stage="hanging")
    outside.store.request_stop("ann", unresponsive.id)
    assert outside.until(unresponsive, seconds=40).state is State.STOPPED
    again = outside.until(outside.read(b"text,label\n" + b"hello again,a\ngood bye,b\n" * 20))
    assert again.state is State.DONE


@needs_postgresql
def test_an_unreachable_scheduler_is_an_error(tmp_path, settings):
    lab = Lab(settings)
    began = time.monotonic()
    with pytest.raises(EngineError, match="No Dask scheduler answers at tcp:"):
        lab.start()
    assert time.monotonic() - began < 60
    lab.store.close()
