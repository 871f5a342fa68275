"""What is measured, as plain data that goes from the command to the processes."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import DataConfig, ProblemType, Split, SplitConfig, TargetConfig, TaskWord
from translearn_core.config.settings import Settings
from translearn_core.data import PreparedDataset, prepare, read_table

VALIDATION = 0.15
"""Share of the training rows on which thresholds of several labels are chosen; other tasks need none."""


@dataclass(frozen=True)
class Work:
    """One measurement: who does what on which rows."""

    who: str
    plan: str
    precision: str
    seed: int
    train: str
    test: str
    text: str
    label: str
    epochs: int = 3
    batch_size: int = 32
    store: str = ""
    rows: int = 0
    text_pair: str | None = None
    task: str = "single"
    sentence: str | None = None

    @property
    def data(self) -> DataConfig:
        """Columns and split: the files are train and test."""
        problem = TaskWord(self.task).problem
        assert problem is not None
        share = VALIDATION if problem is ProblemType.MULTI_LABEL else 0.0
        return DataConfig(
            dataset="benchmark", text=self.text, text_pair=self.text_pair, sentence=self.sentence,
            targets=(TargetConfig(column=self.label, problem=problem),),
            split=SplitConfig(validation=share, test=0.0),
        )  # fmt: skip

    def tables(self) -> tuple["Rows", "Rows"]:
        """Return the rows to train on and those to score on, of classes."""
        data = self.prepared()
        train, test = (data.split_indices(split) for split in (Split.TRAIN, Split.TEST))
        classes = len(data.classes)
        return tuple(Rows([data.texts[i] for i in r], data.labels[r], classes) for r in (train, test))  # type: ignore[return-value]

    def prepared(self) -> PreparedDataset:
        """Read the rows to train on and those to score on."""
        paths = {"train": Path(self.train), "test": Path(self.test)}
        return prepare(read_table(paths, Settings())[0], self.data)


@dataclass(frozen=True)
class Rows:
    """Texts or pairs, and class indices."""

    texts: list[Any]
    labels: NDArray[np.int64]
    classes: int


def scores(data: PreparedDataset, outputs: NDArray[np.floating]) -> dict[str, float]:
    """Return the metrics of the test rows; `outputs` are the activated ones of all rows.

    Thresholds are chosen on validation.
    """
    target = data.problem.choose_thresholds(
        data.target, (held := data.split_indices(Split.VALIDATION)), outputs[held]
    )
    test = data.split_indices(Split.TEST)
    return data.problem.point_metrics(target, test, outputs[test])


def requested() -> Work:
    """Read the work this process is to do from its argument."""
    return Work(**json.loads(sys.argv[1]))


def answer(**facts: Any) -> None:
    """Print what was measured as the last line."""
    print(json.dumps(facts), flush=True)
