"""A table made ready for one task: texts, class indices and splits, row by row."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import Split
from translearn_core.results import Finding

SPLITS: tuple[Split, ...] = (Split.TRAIN, Split.VALIDATION, Split.TEST)
"""Order in which `Prepared.split` numbers the splits."""


@dataclass(frozen=True)
class PreparedDataset:
    """Rows a model can learn from, chosen on and be reported on.

    `labels` indexes `classes`; `split` indexes `SPLITS`; `rows` are 1-based row numbers of the file each came
    from, `table_index` the positions in the table. All have one entry per row that is used. No text stands in
    two splits, however it is normalised.
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
    """What a tokenizer makes of the texts.

    `lengths` are tokens per text, special tokens counted, not cut; shares are in [0, 1].
    """

    backbone: str
    token_limit: int
    unknown_share: float
    pieces_per_word: float
    lengths: NDArray[np.int64] = field(compare=False)
