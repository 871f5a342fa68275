"""Pairs of texts as two single texts each, for a siamese encoding."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.inputs.examples import Examples, ModelInput


@dataclass(frozen=True)
class SiamesePairs:
    """n pairs whose texts are encoded one by one: pair i has the texts i and n + i of `texts`.

    Texts have the digests of single texts, so that pairs share stored features with them and with each other.
    """

    texts: Examples
    noun = "pair"

    def __len__(self) -> int:
        return len(self.texts) // 2

    @property
    def cost(self) -> NDArray[np.int64]:
        """Tokens of both texts of every pair."""
        cost: NDArray[np.int64] = self.texts.cost.reshape(2, -1).sum(axis=0)
        return cost

    def batch(self, rows: NDArray[np.int64]) -> ModelInput:
        """Return the texts of some pairs as padded tensors: all first texts, then all second texts."""
        return self.texts.batch(both_sides(rows, len(self)))


def both_sides(rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return the texts of some of `n` pairs: all first texts, then all second texts."""
    return np.concatenate([rows, n + rows])
