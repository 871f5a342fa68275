"""What is measured, as plain data that goes from the command to the processes."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config.settings import Settings
from translearn_core.config.text_cells import Cell, join_sides
from translearn_core.data import read_table


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

    def tables(self) -> tuple["Rows", "Rows"]:
        """Read the rows to train on and those to score on."""
        both = [read_table({"train": Path(path)}, Settings())[0] for path in (self.train, self.test)]
        classes = sorted(both[0][self.label].astype(str).unique())
        return rows_of(both[0], self, classes), rows_of(both[1], self, classes)


@dataclass(frozen=True)
class Rows:
    """Texts or pairs, and class indices."""

    texts: list[Cell]
    labels: NDArray[np.int64]
    classes: int


def rows_of(table: pd.DataFrame, work: Work, classes: list[str]) -> Rows:
    """Return the rows of a table whose label is among `classes`."""
    place = {name: i for i, name in enumerate(classes)}
    labels = table[work.label].astype(str).map(place)
    columns = [name for name in (work.text, work.text_pair) if name is not None]
    known = labels.notna() & table[columns].notna().all(axis=1)
    sides = [table[name][known].astype(str).tolist() for name in columns]
    texts = join_sides([text for side in sides for text in side], int(known.sum()))
    return Rows(texts, labels[known].to_numpy(np.int64), len(classes))


def requested() -> Work:
    """Read the work this process is to do from its argument."""
    return Work(**json.loads(sys.argv[1]))


def answer(**facts: Any) -> None:
    """Print what was measured as the last line."""
    print(json.dumps(facts), flush=True)
