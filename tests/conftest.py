"""What every test stands on: no network beyond this machine, and quiet offline libraries."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remotemodule import Producer
    from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # engines of other tests compute beside this process
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


@pytest.fixture(scope="session", autouse=True)
def _no_sync() -> Iterator[None]:
    """Leave written files to the system's cache: no test survives a power cut, and syncs are slow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail any test that reaches for another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "local"
        if host not in {"local", "localhost", "127.0.0.1", "::1"}:
            raise AssertionError(f"a test reached for {host}: nothing may leave this machine")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real data sets, if it lies beside the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets are not beside the project")
    return folder


ENGINES = ("tests/commands/", "tests/e2e/", "tests/engine/", "tests/test_survival.py")
"""Tests that start engines, browsers or both: two of them at once starve each other on a small machine."""

LONG = ("tests/training/", "tests/exporting/", "tests/worker/")
"""The other folders whose tests take longest."""


def _place(item: pytest.Item) -> tuple[bool, bool, bool]:
    """Return a sort key: browsers last, since an event loop runs beside them, and others longest first."""
    name = item.nodeid
    return (
        item.get_closest_marker("browser") is not None,
        not name.startswith(ENGINES),
        not name.startswith(LONG),
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests so that processes which share them end together."""
    items.sort(key=_place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadScopeScheduling":
    """Deal tests to processes by file, and all that start engines to one process."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "engines" if nodeid.startswith(ENGINES) else nodeid.split("::")[0]

    config.option.loadscopereorder = False  # the order of the tests counts
    return ByFile(config, log)
