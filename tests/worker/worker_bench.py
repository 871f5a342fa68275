"""A store whose jobs run in this process, and a small table."""

from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from translearn_core.config import BaseConfig, ExperimentConfig, job_id
from translearn_core.results import RunSummary
from translearn_core.runs import RunStore, State, Workspace, artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.handlers import handler

T = TypeVar("T")
ME = "somebody"


class Bench:
    """A store whose jobs are submitted and executed at once."""

    def __init__(self, root: Path) -> None:
        self.store = RunStore(Workspace(root))
        self.warm: dict[object, object] = {}

    def do(self, config: BaseConfig, kind: type[T]) -> T:
        run = self.store.submit(ME, config)
        assert self.store.begin(run.job.id, "test")
        job = self.store.job(run.job.id)
        context = Context(self.store, job, self.store.workspace.run(job.id), self.warm)
        handler(job.spec)(context)
        context.flush()
        assert self.store.finish(job.id, State.DONE)
        result = artifacts.load(context.folder, kind)
        assert result is not None
        return result

    def train(self, config: ExperimentConfig) -> str:
        """Train; return the job's id."""
        self.do(config, RunSummary)
        return job_id(config)


def mean_pooled(model: torch.nn.Module, tokenizer, texts: list[str], limit: int = 32) -> np.ndarray:
    """Return the mean-pooled output of a transformers model, one text at a time."""
    with torch.inference_mode():
        states = [
            model(**tokenizer(text, return_tensors="pt", truncation=True, max_length=limit)).last_hidden_state
            for text in texts
        ]
    return np.stack([state[0].mean(0).numpy() for state in states])


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
