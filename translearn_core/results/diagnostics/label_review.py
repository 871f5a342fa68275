"""Rows and classes whose labels are worth a look."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

REASONS = ("suspicious", "wrong", "conflict", "rare", "similar name", "unlabelled")
"""Reasons to look at a row, the columns of `LabelReview.rows` that hold them, in order of weight."""


@dataclass(frozen=True)
class LabelReview:
    """Rows of a data set with reasons to look at their labels, and classes that may be one.

    `rows`, in file order, has part, row, split (empty where the row is in none), text, label (empty where
    there is none), suggested, probability (of the suggested label, NaN without one), doubt (larger: look
    earlier) and a boolean for each of `REASONS`: suspicious (a cross-validated probe on the pretrained
    backbone confidently predicts another label), wrong (a held-out row that the run predicts otherwise),
    conflict (an equal text has another label), rare (its class has few rows), similar name (its class is in
    `merges`), unlabelled. `classes` has label and rows; `merges` has value, rows, replacement, rows of
    replacement, reason.
    """

    n_checked: int
    rows: pd.DataFrame = field(compare=False)
    classes: pd.DataFrame = field(compare=False)
    merges: pd.DataFrame = field(compare=False)

    def counts(self) -> dict[str, int]:
        """Return the number of rows by reason."""
        return {reason: int(self.rows[reason].sum()) for reason in REASONS}

    def frame(self) -> pd.DataFrame:
        """Return the rows with a reason, the most doubtful first, their reasons joined in one column."""
        marks = self.rows[list(REASONS)]
        listed = self.rows[marks.any(axis=1)].sort_values("doubt", ascending=False, kind="stable")
        reasons = [", ".join(marks.columns[row]) for row in marks.loc[listed.index].to_numpy(dtype=bool)]
        return listed.drop(columns=list(REASONS)).assign(reason=np.asarray(reasons, dtype=object))
