"""Tables of words: the sentence that each row's word stands in."""

import numpy as np
import pandas as pd

from translearn_core.config.text_cells import POSITION, SENTENCE, TEXT
from translearn_core.data.columns import PART
from translearn_core.errors import DataError
from translearn_core.results.format import quote
from translearn_core.tasks.normalisation import is_blank

FEWEST_WORDS = 1.5
"""Fewest words of a sentence on average; with fewer the rows are in no order."""
NO_BREAK = "\N{NO-BREAK SPACE}"


def sentence_columns(table: pd.DataFrame, words: str, sentence: str) -> pd.DataFrame:
    """Return the sentence of every row, shape (rows, 4).

    Parameters
    ----------
    table : DataFrame
        From `read_table`, with a word per row in the order of the sentences.
    words, sentence : str
        Columns of the words, and of a sentence's number or name. An empty cell of `sentence` continues the
        sentence above. A sentence ends where the value changes, so that numbers may start anew.

    Returns
    -------
    DataFrame
        Columns text (the word, its blanks as no-break spaces), sentence (its words with blanks between
        them), position (from 0) and run (number of the sentence). Rows without a word have a missing text.

    Raises
    ------
    DataError
        If rows of one sentence do not follow each other.
    """
    filled = np.array([isinstance(cell, str) and not is_blank(cell) for cell in table[words]], dtype=bool)
    names = table[sentence].where(table[sentence].map(lambda c: isinstance(c, str) and not is_blank(c)))
    keys = table[PART].astype(str) + "\n" + names.groupby(table[PART], sort=False).ffill().fillna("")
    run = (keys != keys.shift()).cumsum().to_numpy(dtype=np.int64) - 1
    word = [
        NO_BREAK.join(cell.split()) if usable else None
        for cell, usable in zip(table[words], filled, strict=True)
    ]
    rows = pd.DataFrame({TEXT: word, "run": run}, index=table.index)
    used = rows[filled]
    if len(used) and len(used) < FEWEST_WORDS * used["run"].nunique():
        raise DataError(
            f"The rows of a sentence of column {quote(sentence)} do not follow each other, or each has one "
            f"word only: sort the table by {quote(sentence)}, words in their order, or choose another column."
        )
    texts = used.groupby("run", sort=False)[TEXT].agg(" ".join)
    rows[SENTENCE] = rows["run"].map(texts)
    rows[POSITION] = used.groupby("run", sort=False).cumcount()
    rows[POSITION] = rows[POSITION].fillna(-1).astype(np.int64)
    return rows
