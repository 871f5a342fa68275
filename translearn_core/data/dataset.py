"""Prepared datasets: texts, class indices and splits of one task."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Split
from translearn_core.results import Finding

SPLITS: tuple[Split, ...] = (Split.TRAIN, Split.VALIDATION, Split.TEST)
"""Order in which `PreparedDataset.split` numbers the splits."""


@dataclass(frozen=True)
class PreparedDataset:
    """Training, validation and test rows of one task.

    `labels` indexes `classes`; `split` indexes `SPLITS`; `rows` are 1-based row numbers in each row's own
    file, `table_index` positions in the table. All have one entry per row. No normalised text is in two
    splits.
    """

    classes: tuple[str, ...]
    texts: tuple[str, ...]
    labels: NDArray[np.int64] = field(compare=False)
    split: NDArray[np.int64] = field(compare=False)
    rows: NDArray[np.int64] = field(compare=False)
    findings: tuple[Finding, ...] = ()
    table_index: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64), compare=False)

    def where(self, split: Split) -> NDArray[np.int64]:
        """Indices of the rows of one split, in file order."""
        return np.flatnonzero(self.split == SPLITS.index(split))


@dataclass(frozen=True)
class TokenStatistics:
    """Statistics of the texts under one tokenizer.

    `lengths` are tokens per text, special tokens included, not truncated; shares are in [0, 1].
    """

    backbone: str
    token_limit: int
    unknown_share: float
    pieces_per_word: float
    lengths: NDArray[np.int64] = field(compare=False)
