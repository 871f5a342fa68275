"""Words by the cosine of their vectors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class VectorTable:
    """Words with vectors, shape (words, width)."""

    words: Sequence[str]
    vectors: NDArray[np.float32]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def unit(self) -> NDArray[np.float32]:
        """Vectors of length one; zero where a vector is zero."""
        norms = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        norms[norms == 0] = 1
        unit: NDArray[np.float32] = np.divide(self.vectors, norms, dtype=np.float32)
        return unit

    def nearest(
        self, vector: NDArray[np.float32], count: int, *, without: Collection[str] = ()
    ) -> tuple[tuple[str, ...], tuple[float, ...]]:
        """Return the words nearest to a vector, and their cosines; fewer if the table has fewer."""
        cosines = self.unit @ (vector / max(float(np.linalg.norm(vector)), 1e-12))
        cosines[[self.rows[word] for word in without]] = -np.inf
        best = np.argsort(-cosines, kind="stable")[: max(0, min(count, len(self.words) - len(without)))]
        return tuple(self.words[i] for i in best), tuple(float(cosines[i]) for i in best)
