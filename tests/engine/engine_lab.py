"""Workspace with an engine for tests."""

import json
import time
from pathlib import Path

import psutil

from tests.engine.scripted_jobs import MARK
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.engine import engine_status, ensure_engine, stop_engine
from translearn_core.jobs import AugmentationPreviewConfig, ReadConfig
from translearn_core.runs import RunStore, Workspace

SLOTS = {"TRAIN": 1, "ASK": 1, "READ": 2}
"""Workers of an engine by slot."""


class Lab:
    """A workspace with an engine, and shortcuts to submit jobs and wait for them."""

    def __init__(self, settings):
        self.settings = settings
        self.store = RunStore(Workspace(settings.workspace), settings.database_url)

    @property
    def status(self):
        return engine_status(self.settings)

    def start(self):
        return ensure_engine(self.settings, wait=180)

    def read(self, data, owner="ann"):
        dataset = self.store.add_dataset(owner, "file.csv", {"train": data}, self.settings)
        return self.store.submit(owner, ReadConfig(dataset=dataset.digest))

    def submit(
        self, function, owner="ann", *, train=False, read=False, attempts=(1, 2, 3), tag="", **options
    ):
        """Submit a job that runs a function of `scripted_jobs` in some of its attempts."""
        script = {"function": function, "attempts": attempts, "options": options, "tag": tag}
        data = MARK + json.dumps(script).encode()
        if read:
            return self.read(data, owner)
        dataset = self.store.add_dataset(owner, "file.csv", {"train": data}, self.settings)
        data = DataConfig(dataset=dataset.digest, text="a", label="b")
        return self.store.submit(
            owner, ExperimentConfig(data=data) if train else AugmentationPreviewConfig(data=data)
        )

    def until(self, run, *, stage=None, seconds=90):
        """Wait until the run has ended or reached a stage, and return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            current = self.store.run(run.owner, run.id)
            if stage is None and not current.state.live:
                return current
            progress = current.job.progress
            if stage is not None and progress is not None and progress.stage == stage:
                return current
            time.sleep(0.02)
        log = (Path(self.settings.workspace) / "engine.log").read_text()
        raise AssertionError(
            f"the run is {current.state}, {progress} after {seconds} s; the engine's log:\n{log[-3000:]}"
        )

    def facts(self, run):
        return json.loads((self.store.workspace.run(run.job.id) / "facts.json").read_text())

    def processes(self):
        """The engine's processes, itself first."""
        engine = psutil.Process(self.status.pid)
        return [engine, *engine.children(recursive=True)]

    def stop(self):
        processes = self.processes() if self.status.alive else []
        stopped = stop_engine(self.settings)
        assert psutil.wait_procs(processes, timeout=5)[1] == [], "processes were left behind"
        return stopped
