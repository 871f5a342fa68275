"""A store, a worker's hands and a small table, for the tests of this folder."""

from pathlib import Path
from typing import TypeVar

from translearn_core.config import BaseConfig, ExperimentConfig
from translearn_core.results import RunSummary
from translearn_core.runs import RunStore, State, Workspace, artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.jobs import JOB_FUNCTIONS

T = TypeVar("T")
ME = "somebody"


class Bench:
    """A store and a worker's hands: ask for a job and do it here and now."""

    def __init__(self, root: Path) -> None:
        self.store = RunStore(Workspace(root))
        self.warm: dict[object, object] = {}

    def do(self, config: BaseConfig, kind: type[T]) -> T:
        run = self.store.submit(ME, config)
        assert self.store.begin(run.job.id, "test")
        job = self.store.job(run.job.id)
        context = Context(self.store, job, job.config, self.store.workspace.run(job.id), self.warm)
        JOB_FUNCTIONS[job.kind](context)
        context.flush()
        assert self.store.finish(job.id, State.DONE)
        found = artifacts.load(context.folder, kind)
        assert found is not None
        return found

    def train(self, config: ExperimentConfig) -> str:
        """Train, and return the job."""
        self.do(config, RunSummary)
        return self.store.runs(ME)[0].job.id


def reviews() -> bytes:
    good = [
        "great lovely film",
        "i loved this book",
        "wonderful acting and good music",
        "a fine story , very good",
    ]
    bad = [
        "terrible boring film",
        "i hated this book",
        "awful acting and bad music",
        "a broken story , very bad",
    ]
    endings = ["one", "two", "three", "four", "five", "day", "week", "old", "new", "first", "last", "late"]
    lines = [
        f'"{(good if i % 2 else bad)[i // 2 % 4]} {endings[i // 8 % 12]}",{"yes" if i % 2 else "no"}'
        for i in range(96)
    ]
    return ("text,liked\n" + "\n".join(lines)).encode()
