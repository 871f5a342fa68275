"""Findings with the numbers of their rows."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import CleaningRule
from translearn_core.results.table_profile import Finding, Severity

IntArray = NDArray[np.int64]

MOST_ROWS = 50
"""Most row numbers that a finding carries; its `count` is the number of all rows."""


def finding(
    code: str,
    severity: Severity,
    sentence: str,
    rows: Iterable[Any] = (),
    *,
    cleaning_rule: CleaningRule | None = None,
    advice: str | None = None,
    column: str | None = None,
) -> Finding:
    """Return a finding that counts `rows` and keeps the first `MOST_ROWS` numbers; None only counts."""
    entries = list(rows)
    numbers = tuple(int(row) for row in entries[:MOST_ROWS] if row is not None)
    return Finding(code, severity, sentence, numbers, len(entries), cleaning_rule, advice, column)


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
