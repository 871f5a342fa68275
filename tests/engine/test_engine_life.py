"""Starting, finding, killing and stopping the engine."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import psutil
import pytest
from filelock import FileLock

from translearn_core.config.settings import Settings
from translearn_core.engine import engine_status, ensure_engine, stop_engine
from translearn_core.engine.fork_server import start_method
from translearn_core.engine.launcher import LOCK, environment
from translearn_core.runs import State

ENSURE = """
from translearn_core.engine import ensure_engine
from translearn_core.config.settings import settings
print(ensure_engine(settings(), wait=180).pid)
"""


PRELOAD_FAILS = """
import sys
sys.modules["translearn_core.worker.backbones"] = None
import translearn_core.worker.process.preload
loaded = [bool(sys.modules.get(f"translearn_core.worker.{name}")) for name in ("backbones", "data_loading")]
print(*loaded)
"""


def python(lab, *arguments):
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=environment(lab.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_importing_the_engine_imports_no_heavy_libraries():
    heavy = (
        "print([m for m in ('torch', 'transformers', 'sklearn', 'umap', 'distributed') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", f"import sys, translearn_core.engine, translearn_core.runs; {heavy}"],
        capture_output=True, text=True, check=True, env=environment(Settings()),
    )  # fmt: skip
    assert out.stdout.strip() == "[]"


def test_an_empty_folder_has_no_engine(tmp_path):
    settings = Settings(workspace=tmp_path / "none")
    assert not engine_status(settings).alive
    assert not stop_engine(settings)
    assert not (tmp_path / "none").exists()


def test_ensuring_a_running_engine_is_fast(lab):
    began = time.perf_counter()
    for _ in range(100):
        assert ensure_engine(lab.settings).ready
    assert (time.perf_counter() - began) / 100 < 0.005


def test_a_second_engine_exits(lab):
    pid = lab.status.pid
    second = python(lab, "-m", "translearn_core.commands.cli", "engine")
    _, errors = second.communicate(timeout=30)
    assert second.returncode == 0
    assert "another engine serves" in errors
    assert (lab.status.alive, lab.status.pid) == (True, pid)


def test_it_listens_on_loopback_only_and_requires_its_certificates(lab):
    addresses = [
        c.laddr for p in lab.processes() for c in p.net_connections() if c.status == psutil.CONN_LISTEN
    ]
    assert {address.ip for address in addresses} == {"127.0.0.1"}
    pages = {address.port: page_status(address.port) for address in addresses}
    assert set(pages.values()) == {404, None}, "an HTTP port serves a page"
    behind_tls = [port for port, status in pages.items() if status is None]
    assert len(behind_tls) >= 5  # scheduler, two nannies, two workers
    assert all(refuses_strangers(port) for port in behind_tls)


def page_status(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/info/main/workers.html", timeout=5) as page:
            return page.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


def refuses_strangers(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as raw,
            context.wrap_socket(raw) as link,
        ):
            link.sendall(b"hello")
            return link.recv(100) == b""
    except (ssl.SSLError, ConnectionError):
        return True


def test_two_launches_start_one_engine_and_jobs_of_a_killed_one_are_resumed(own_lab):
    launches = [python(own_lab, "-c", ENSURE) for _ in range(2)]
    outputs = [launch.communicate(timeout=90) for launch in launches]
    assert [launch.returncode for launch in launches] == [0, 0], outputs
    assert {int(out) for out, _ in outputs} == {own_lab.status.pid}

    run = own_lab.until(own_lab.submit("work", train=True, attempts=[1], seconds=60), stage="working")
    processes = own_lab.processes()
    os.kill(own_lab.status.pid, signal.SIGKILL)
    left = [p for p in psutil.wait_procs(processes, timeout=5)[1] if p.status() != psutil.STATUS_ZOMBIE]
    assert left == [], "the workers outlived the engine"
    assert not own_lab.status.alive
    assert own_lab.store.run("ann", run.id).state is State.RUNNING

    own_lab.start()
    done = own_lab.until(run)
    assert (done.state, done.job.attempts) == (State.DONE, 2)

    run = own_lab.until(own_lab.submit("work", train=True, tag="last", seconds=60), stage="working")
    assert own_lab.stop()
    interrupted = own_lab.store.run("ann", run.id)
    assert (interrupted.state, interrupted.job.attempts) == (State.INTERRUPTED, 0)
    assert "engine was stopped" in interrupted.job.reason
    assert not (own_lab.settings.workspace / "engine.json").exists()


def test_an_idle_engine_exits(own_lab):
    serve = (
        "from translearn_core.engine import run_engine\n"
        "from translearn_core.config.settings import settings\n"
        "run_engine(settings().model_copy(update={'idle_minutes': 0.02}))"
    )
    engine = python(own_lab, "-c", serve)
    _, errors = engine.communicate(timeout=60)
    assert engine.returncode == 0, errors
    assert "idle for" in errors
    assert not own_lab.status.alive


def test_an_engine_starts_when_a_dying_one_releases_its_lock(own_lab):
    lock = FileLock(own_lab.settings.workspace / LOCK, thread_local=False)
    lock.acquire()
    threading.Timer(1.0, lock.release).start()
    assert own_lab.start().ready


def test_workers_are_forked_from_a_server_that_has_imported_torch(lab):
    if start_method() != "forkserver":
        pytest.skip("workers are spawned here")
    (server,) = {psutil.Process(pid).ppid() for pid in lab.status.workers.values()}
    assert server != lab.status.pid
    torch = [m.path for m in psutil.Process(server).memory_maps() if "libtorch_cpu" in m.path]
    assert torch, "every worker imports torch itself"


def test_a_failed_preload_is_logged_and_the_other_modules_are_imported():
    out = subprocess.run([sys.executable, "-c", PRELOAD_FAILS], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False True"
    assert "could not be imported" in out.stderr
