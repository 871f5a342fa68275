import os
import time
from pathlib import Path

import pytest

from tests.engine.engine_lab import SLOTS, Lab
from translearn_core.config.settings import Settings


@pytest.fixture(scope="package", autouse=True)
def scripted_jobs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASK_DISTRIBUTED__WORKER__PRELOAD", '["scripted_jobs"]')
        patch.setenv(
            "PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
        )
        yield


BUDGET = {"read_seconds": 2, "read_memory_mb": 300}
"""Read budget, small enough for a test to exceed."""


@pytest.fixture(scope="package")
def shared_lab(tmp_path_factory):
    lab = Lab(Settings(workspace=tmp_path_factory.mktemp("engine"), max_memory_mb=4_000, **BUDGET))
    lab.start()
    yield lab
    assert lab.stop()
    lab.store.close()


@pytest.fixture
def lab(shared_lab):
    """The shared engine, idle."""
    deadline = time.monotonic() + 30
    while shared_lab.store.busy() or shared_lab.status.slots != SLOTS:
        assert time.monotonic() < deadline, "the previous test left a job running"
        time.sleep(0.05)
    return shared_lab


@pytest.fixture
def own_lab(tmp_path):
    """A workspace whose engine the test starts itself."""
    lab = Lab(Settings(workspace=tmp_path / "lab", max_memory_mb=4_000))
    yield lab
    lab.stop()
    lab.store.close()
