"""Predictions of a finished run on new texts."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import ProblemType


@dataclass(frozen=True)
class Prediction:
    """Predictions of typed texts, and each text's nearest training texts.

    `outputs`, shape (texts, outputs), are probabilities or values of the outputs `names`; `decoded` has one
    row per text, the columns of `Problem.decode`. `neighbours` has text (index of the typed text), similarity
    (cosine), neighbour, label, row.
    """

    texts: tuple[str, ...]
    names: tuple[str, ...]
    problem: ProblemType
    outputs: NDArray[np.float32] = field(compare=False)
    decoded: pd.DataFrame = field(compare=False)
    neighbours: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per text and output, the highest first: text, label, probability (or value)."""
        value = "probability" if "confidence" in self.decoded else "value"
        order = np.argsort(-self.outputs, axis=1, kind="stable")
        return pd.DataFrame(
            [
                {"text": text, "label": self.names[c], value: float(self.outputs[t, c])}
                for t, text in enumerate(self.texts)
                for c in order[t]
            ]
        )


@dataclass(frozen=True)
class NeighbourBank:
    """Vectors of training texts, shape (texts, width), and their lines in the run's predictions."""

    vectors: NDArray[np.float16] = field(compare=False)
    index: NDArray[np.int64] = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per text."""
        return pd.DataFrame({"line": self.index})


@dataclass(frozen=True)
class FilePrediction:
    """Table of a file with the columns of its predictions appended.

    `added` names these columns; `counts` has label, rows.
    """

    rows: int
    text: str
    added: tuple[str, ...]
    table: pd.DataFrame = field(compare=False)
    counts: pd.DataFrame = field(compare=False)

    @property
    def blank(self) -> int:
        """Number of rows without a text, which have no prediction."""
        return self.rows - int(self.counts["rows"].sum())

    def frame(self) -> pd.DataFrame:
        """Return the whole table."""
        return self.table
