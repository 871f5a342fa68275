"""Header detection: no header, one or several header rows, and repeated headers."""

import re
from collections import Counter
from collections.abc import Sequence

from translearn_core.data.columns import LABEL_NAMES, TEXT_NAMES
from translearn_core.data.words import count_words, is_number

SAMPLE_ROWS = 300
LONGEST_NAME, MOST_WORDS = 60, 8

KNOWN_NAMES = frozenset(
    {*TEXT_NAMES, *LABEL_NAMES}
    | {
        "split", "id", "index", "name", "date", "title", "score", "rating", "user", "author", "lang",
        "language", "source", "url", "response", "answer", "description", "subject", "summary",
    }
) - {"y"}  # fmt: skip
"""Words that are usually column names; "y" is as often a cell."""

QUALTRICS = '{"importid"'
"""Beginning of the cells in the third header row of a Qualtrics export."""

SURE = 2.0
"""Minimum absolute evidence of `first_row_is_data` for a certain header decision."""


def looks_like_names(cells: Sequence[str]) -> bool:
    """Whether cells could name columns: all filled, distinct, short, and no numbers."""
    names = [cell.strip().casefold() for cell in cells]
    return (
        all(name and len(name) <= LONGEST_NAME and not is_number(name) for name in names)
        and len(set(names)) == len(names)
        and all(count_words(name) <= MOST_WORDS or name.endswith("?") for name in names)
    )


def first_row_is_data(first: Sequence[str], rows: Sequence[Sequence[str]]) -> float:
    """Return the evidence that a table's first row is data (above 0) or a header (below 0).

    Each column votes. For data: the cell is one of few repeated values below it, a number above numbers, or
    about as long as the texts below it. For a header: it is a known name, or a word above numbers or texts.
    """
    below = [row for row in rows[:SAMPLE_ROWS] if [*row] != [*first]]
    return sum(_vote(cell.strip(), [row[k].strip() for row in below]) for k, cell in enumerate(first))


def _vote(cell: str, column: Sequence[str]) -> float:
    values = [value for value in column if value]
    if count_words(cell) <= 2 and not KNOWN_NAMES.isdisjoint(re.split(r"[\W_]+", cell.casefold())):
        return -2.5
    if not cell or not values:
        return 0.0
    if len(values) == 1:
        return _vote_by_length(cell, values)
    counts = Counter(values)
    if len(counts) <= max(2, len(values) // 3) and cell in counts:
        return 3.0
    if sum(map(is_number, values)) >= 0.9 * len(values):
        return 2.0 if is_number(cell) else -2.0
    if len(values) >= 5 and all(any(c.isdigit() for c in value) for value in values):
        return 0.5 if any(c.isdigit() for c in cell) else -1.5
    if vote := _vote_by_length(cell, values):
        return vote
    return -1.0 if len(counts) <= max(2, len(values) // 3) else 0.0


def _vote_by_length(cell: str, values: Sequence[str]) -> float:
    """Return the vote of a column of texts; 0 if they are too short."""
    mean = sum(map(count_words, values)) / len(values)
    words = count_words(cell)
    if mean < 4:
        return 0.0
    if words <= max(3, 0.4 * mean) and words <= 0.7 * mean:
        return -2.0
    questions = sum(value.endswith("?") for value in values)
    return -1.0 if cell.endswith("?") and questions < 0.3 * len(values) else 1.5


def further_header_rows(rows: Sequence[Sequence[str]]) -> int:
    """Count the header rows after the first: Qualtrics writes questions and ids there."""
    for index, row in enumerate(rows[:3]):
        if any(cell.replace(" ", "").casefold().startswith(QUALTRICS) for cell in row):
            return index + 1
    return 0


def second_header_row(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row below the header has words in all columns that are numeric below it."""
    below = rows[1 : SAMPLE_ROWS + 1]
    if len(below) < 5:
        return False
    numeric = [
        k
        for k in range(len(rows[0]))
        if (values := [row[k].strip() for row in below if row[k].strip()]) and all(map(is_number, values))
    ]
    cells = [rows[0][k].strip() for k in numeric]
    return bool(cells) and all(
        cell and not is_number(cell) and cell.casefold() not in MISSING for cell in cells
    )


MISSING = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "-", "--", ".", "?", "#n/a", r"\n", "missing", "unknown"}
)
"""Spellings of a missing value, case-folded."""


def repeated_header_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the indices of rows that repeat the header, as in concatenated files."""
    names = [_bare(cell) for cell in header]
    first = names[0]
    return [
        index
        for index, row in enumerate(rows)
        if _bare(row[0]) == first
        and (len(names) > 1 or row[0].startswith("\ufeff"))
        and [_bare(cell) for cell in row] == names
    ]


def _bare(cell: str) -> str:
    return cell.replace("\ufeff", "").strip()
