"""Findings and the wording of messages: counts, names, row numbers."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule
from translearn_core.results import Finding, Severity

IntArray = NDArray[np.int64]

MOST_ROWS = 50
"""Most row numbers that a finding carries; its `count` is the number of all rows."""

LONGEST_NAME = 60
"""Most characters of a quoted value; longer ones are cut with an ellipsis."""


def finding(
    code: str,
    severity: Severity,
    sentence: str,
    rows: Iterable[Any] = (),
    *,
    fix: CleaningRule | None = None,
    advice: str | None = None,
    column: str | None = None,
) -> Finding:
    """Return a finding that counts `rows` and keeps the first `MOST_ROWS` numbers; None only counts."""
    entries = list(rows)
    numbers = tuple(int(row) for row in entries[:MOST_ROWS] if row is not None)
    return Finding(code, severity, sentence, numbers, len(entries), fix, advice, column)


def count_noun(number: int, thing: str, things: str | None = None) -> str:
    """Return "1 row" or "3,460 rows"; `things` is an irregular plural."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def quote(value: object) -> str:
    """Return the value in quotes, on one line, at most `LONGEST_NAME` characters."""
    text = " ".join(str(value).split()) or str(value)
    return f"'{text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + '…'}'"


def quote_list(values: Sequence[object], most: int = 5) -> str:
    """Return "'a', 'b' and 3 more"."""
    return join_list([quote(value) for value in values], most)


def join_list(words: Sequence[str], most: int = 5) -> str:
    """Return "a, b and c", or "a, b and 3 more" if there are more than `most`."""
    if len(words) > most:
        return f"{', '.join(words[: most - 1])} and {len(words) - most + 1:,} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def percent(share: float) -> str:
    """Return a share in [0, 1] as "12.3 %", or "under 0.1 %"."""
    return "under 0.1 %" if 0 < share < 0.001 else f"{100 * share:.3g} %"


def by_part(rows: pd.DataFrame, mask: NDArray[np.bool_]) -> Iterator[tuple[str, IntArray]]:
    """Yield a phrase such as " of the test file" and row numbers under `mask`, for each file with any.

    The phrase is empty where all of `rows` come from one file; `rows` has the columns part and row.
    """
    parts = rows["part"].unique()
    for part in parts:
        if len(numbers := rows["row"].to_numpy()[mask & (rows["part"] == part).to_numpy()]):
            yield ("" if len(parts) == 1 else f" of the {part} file"), numbers


def one_file_rows(rows: pd.DataFrame, mask: NDArray[np.bool_]) -> list[int | None]:
    """Return the row numbers under `mask`, each None if `rows` come from several files."""
    several = rows["part"].nunique() > 1
    return [None if several else int(row) for row in rows["row"].to_numpy()[mask]]


def were(number: int) -> str:
    """Return "was" or "were"."""
    return "was" if number == 1 else "were"
