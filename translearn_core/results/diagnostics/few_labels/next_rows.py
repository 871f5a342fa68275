"""Rows whose label would help most."""

from dataclasses import dataclass, field

import pandas as pd

from translearn_core.config.text_cells import TEXT, TEXT_PAIR


@dataclass(frozen=True)
class NextRows:
    """Unlabelled texts in the order in which to label them.

    `rows`: part, row, text, text_pair of pairs, and uncertainty, the entropy of a linear probe on the
    labelled rows over its maximum; NaN without one. `classes` are those of the labelled rows. `split`: these
    are training rows of a split, whose validation and test rows were left out; else all with a label.
    """

    sentences: tuple[str, ...]
    method: str
    labelled: int
    unlabelled: int
    classes: tuple[str, ...]
    rows: pd.DataFrame = field(compare=False)
    split: bool = False

    def frame(self) -> pd.DataFrame:
        """Return a table to fill in: part, row, an empty label, and the text."""
        texts = [name for name in (TEXT, TEXT_PAIR) if name in self.rows]
        return self.rows.assign(label="")[["part", "row", "label", *texts]]
