"""Nearest class mean (prototypes) by cosine similarity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Prototypes:
    """Mean unit vector of each class, scaled to length 1, shape (classes, width); NaN without rows."""

    means: FloatArray

    @classmethod
    def fit(cls, x: NDArray[np.floating], labels: NDArray[np.int64], classes: int) -> "Prototypes":
        """Return the prototypes of the rows `x`, shape (rows, width), with class indices `labels`."""
        sums, counts = np.zeros((classes, x.shape[1])), np.bincount(labels, minlength=classes)
        np.add.at(sums, labels, unit_rows(x))
        means = unit_rows(sums)
        means[counts == 0] = np.nan
        return cls(means)

    def similarities(self, x: NDArray[np.floating]) -> FloatArray:
        """Return the cosine similarity of each row to each prototype, -1 to a class without rows.

        References
        ----------
        Snell, Swersky & Zemel 2017, arXiv:1703.05175.
        """
        return np.nan_to_num(unit_rows(x) @ self.means.T, nan=-1.0)


def unit_rows(x: NDArray[np.floating]) -> FloatArray:
    """Return rows scaled to length 1; zero rows stay."""
    values = np.asarray(x, dtype=np.float64)
    return np.asarray(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12))
