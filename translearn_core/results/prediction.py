"""Predictions of a finished run on new texts."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Prediction:
    """Probabilities of typed texts, shape (texts, classes), and each text's nearest training texts.

    `neighbours` has text (index of the typed text), similarity (cosine), neighbour, label, row.
    """

    texts: tuple[str, ...]
    classes: tuple[str, ...]
    probabilities: NDArray[np.float32] = field(compare=False)
    neighbours: pd.DataFrame = field(compare=False)

    def frame(self) -> pd.DataFrame:
        """Return one row per text and class, the most probable first: text, label, probability."""
        order = np.argsort(-self.probabilities, axis=1, kind="stable")
        return pd.DataFrame(
            [
                {"text": text, "label": self.classes[c], "probability": float(self.probabilities[t, c])}
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
    """Table of a file with two more columns, the predicted label and its probability.

    `counts` has label, rows.
    """

    rows: int
    text: str
    table: pd.DataFrame = field(compare=False)
    counts: pd.DataFrame = field(compare=False)

    @property
    def blank(self) -> int:
        """Number of rows without a text, which have no prediction."""
        return self.rows - int(self.counts["rows"].sum())

    def frame(self) -> pd.DataFrame:
        """Return the whole table."""
        return self.table
