"""Column to predict, encoded."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import ProblemType


@dataclass(frozen=True)
class Target:
    """Column to predict, encoded: `values` has one entry per row, `names` name the outputs.

    `thresholds`, shape (outputs,), are the probabilities from which labels are predicted, once chosen; of a
    multi-label target. A target of words in sentences has the `words`, and the number of the `sentence` of
    each, in ascending order. `known` says which rows have a value; None: all. The others have an arbitrary
    one.
    """

    column: str
    problem: ProblemType
    names: tuple[str, ...]
    values: NDArray[Any] = field(compare=False)
    thresholds: NDArray[np.float64] | None = field(default=None, compare=False)
    words: NDArray[np.object_] | None = field(default=None, compare=False)
    sentence: NDArray[np.int64] | None = field(default=None, compare=False)
    known: NDArray[np.bool_] | None = field(default=None, compare=False)

    @property
    def n_outputs(self) -> int:
        """Number of outputs of a model."""
        return len(self.names)

    def clusters(self, rows: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Return the sentence of some words, which resemble each other within it; None for texts."""
        return None if self.sentence is None else self.sentence[rows]

    @property
    def known_rows(self) -> NDArray[np.bool_]:
        """Whether each row has a value."""
        return np.ones(len(self.values), dtype=np.bool_) if self.known is None else self.known

    def with_thresholds(self, thresholds: NDArray[np.float64]) -> "Target":
        """Return the target with decision thresholds."""
        return replace(self, thresholds=thresholds)

    def select(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Target":
        """Return the target of some rows, by index or mask."""
        words = None if self.words is None else self.words[rows]
        sentence = None if self.sentence is None else self.sentence[rows]
        known = None if self.known is None else self.known[rows]
        return replace(self, values=self.values[rows], words=words, sentence=sentence, known=known)
