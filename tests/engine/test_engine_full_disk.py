"""An engine survives a full disk and resumes when there is room."""

import subprocess
import sys
import time

import psutil
import pytest

from tests.conftest import ROOT
from translearn_core.runs import State

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's files")


START = """
import sys
from pathlib import Path
from translearn_core.engine import ensure_engine
from translearn_core.config.settings import Settings
try:
    ensure_engine(Settings(workspace=Path(sys.argv[1])), wait=60)
except Exception as error:
    print(type(error).__name__, error)
"""


def limit_files(processes, size):
    """Limit the file size of processes, so that writes fail as on a full disk; None removes the limit."""
    import resource

    for process in processes:
        _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))


def test_on_a_full_disk_the_engine_waits_and_every_job_runs_once(own_lab):
    own_lab.start()
    long = own_lab.until(own_lab.submit("work", train=True, tag="long", seconds=15), stage="working")
    short = own_lab.until(own_lab.submit("work", tag="short", seconds=2), stage="working")
    processes = own_lab.processes()
    limit_files(processes, 0)
    seen = own_lab.status.seen
    waiting = own_lab.submit("work", tag="waiting", seconds=0)
    time.sleep(6)  # the short job ends meanwhile, which cannot be stored

    assert all(process.is_running() for process in processes)
    assert own_lab.status.alive
    assert own_lab.status.seen - seen < 3, "the status file was written"
    states = {run.id: own_lab.store.run("ann", run.id).state for run in (long, short, waiting)}
    assert states == {long.id: State.RUNNING, short.id: State.RUNNING, waiting.id: State.QUEUED}

    limit_files(processes, None)
    for run in (short, waiting, long):
        ended = own_lab.until(run, seconds=90)
        assert (ended.state, ended.job.attempts, ended.job.reason) == (State.DONE, 1, None)
    assert own_lab.status.seen > seen + 3
    log = (own_lab.settings.workspace / "engine.log").read_text()
    assert "status file is written again" in log
    assert "Traceback" not in log


def test_no_engine_starts_where_no_file_can_be_written(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)],
        cwd=ROOT,
        preexec_fn=no_room,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.startswith(f"WorkspaceError {str(tmp_path)!r} cannot be written"), done.stderr
    assert not (tmp_path / "engine.log").exists()


def no_room():
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
