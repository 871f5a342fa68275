"""Two tables of word vectors in one space."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.results.format import percent

LEAST_ANCHORS = 20
"""Least number of words that two tables must share."""


@dataclass(frozen=True)
class VectorAlignment:
    """Alignment of a second table of word vectors with a first.

    Attributes
    ----------
    words : pair of int
        Words of the first and of the second table.
    anchors : int
        Pairs of words that mean the same.
    cosine_before, cosine_after : float
        Mean cosine of a pair before, and after a map fitted on other pairs (five folds).
    found : int
        Anchors whose word is the nearest of `candidates` words of the first table after such a map.
    """

    first: str
    second: str
    words: tuple[int, int]
    anchors: int
    cosine_before: float
    cosine_after: float
    found: int
    candidates: int
    seconds: float

    @property
    def sentence(self) -> str:
        """Say how well the map brings words together that it was not fitted on."""
        return (
            "On anchors that the map was not fitted on, the mean cosine of a pair rose from "
            f"{self.cosine_before:.3f} to {self.cosine_after:.3f}; {percent(self.found / self.anchors)} of "
            f"the {self.anchors:,} anchors have their own word as the nearest of {self.candidates:,}."
        )

    def frame(self) -> pd.DataFrame:
        """Return one row with all numbers."""
        return pd.DataFrame(
            [
                {
                    "first": self.first,
                    "second": self.second,
                    "words of the first": self.words[0],
                    "words of the second": self.words[1],
                    "anchors": self.anchors,
                    "cosine before": self.cosine_before,
                    "cosine after": self.cosine_after,
                    "nearest": self.found,
                }
            ]
        )
