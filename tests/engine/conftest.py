import json
import os
import time
from pathlib import Path

import psutil
import pytest
from told_jobs import MARK

from translearn_core.config import DataConfig, ExperimentConfig, ReadConfig
from translearn_core.engine import engine_status, ensure_engine, stop_engine
from translearn_core.runs import RunStore, Workspace
from translearn_core.settings import Settings


class Lab:
    """A workspace with an engine, and short ways to ask it for things."""

    def __init__(self, settings):
        self.settings = settings
        self.store = RunStore(Workspace(settings.workspace), settings.database_url)

    @property
    def status(self):
        return engine_status(self.settings)

    def start(self):
        return ensure_engine(self.settings, wait=60)

    def read(self, data, owner="ann"):
        dataset = self.store.add_dataset(owner, "file.csv", {"train": data}, self.settings)
        return self.store.submit(owner, ReadConfig(dataset=dataset.digest))

    def tell(self, do, owner="ann", *, train=False, attempts=(1, 2, 3), tag="", **how):
        told = MARK + json.dumps({"do": do, "attempts": attempts, "how": how, "tag": tag}).encode()
        if not train:
            return self.read(told, owner)
        dataset = self.store.add_dataset(owner, "file.csv", {"train": told}, self.settings)
        return self.store.submit(
            owner, ExperimentConfig(data=DataConfig(dataset=dataset.digest, text="a", label="b"))
        )

    def until(self, run, *, stage=None, seconds=30):
        """Wait until the run has ended, or has reached a stage, and return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            now = self.store.run(run.owner, run.id)
            if stage is None and not now.state.live:
                return now
            if stage is not None and now.job.progress is not None and now.job.progress.stage == stage:
                return now
            time.sleep(0.02)
        log = (Path(self.settings.workspace) / "engine.log").read_text()
        raise AssertionError(
            f"the run is {now.state}, {now.job.progress} after {seconds} s; the engine said:\n{log[-3000:]}"
        )

    def facts(self, run):
        return json.loads((self.store.workspace.run(run.job.id) / "facts.json").read_text())

    def family(self):
        """The engine's processes, itself first."""
        engine = psutil.Process(self.status.pid)
        return [engine, *engine.children(recursive=True)]

    def stop(self):
        family = self.family() if self.status.alive else []
        stopped = stop_engine(self.settings)
        assert psutil.wait_procs(family, timeout=5)[1] == [], "processes were left behind"
        return stopped


@pytest.fixture(scope="session", autouse=True)
def told_jobs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASK_DISTRIBUTED__WORKER__PRELOAD", '["told_jobs"]')
        patch.setenv(
            "PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
        )
        yield


@pytest.fixture(scope="session")
def shared_lab(tmp_path_factory):
    lab = Lab(Settings(workspace=tmp_path_factory.mktemp("engine"), max_memory_mb=4_000))
    lab.start()
    yield lab
    assert lab.stop()
    lab.store.close()


@pytest.fixture
def lab(shared_lab):
    """The engine that the tests share, at rest."""
    deadline = time.monotonic() + 30
    while shared_lab.store.busy() or shared_lab.status.slots != {"TRAIN": 1, "ASK": 1}:
        assert time.monotonic() < deadline, "the test before left something running"
        time.sleep(0.05)
    return shared_lab


@pytest.fixture
def own_lab(tmp_path):
    """A workspace whose engine the test starts and ends."""
    lab = Lab(Settings(workspace=tmp_path / "lab", max_memory_mb=4_000))
    yield lab
    lab.stop()
    lab.store.close()
