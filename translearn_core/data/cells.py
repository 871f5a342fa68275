"""Cells made usable: blank ones missing, marks of missing values recognised, cells that are too long cut."""

from collections.abc import Sequence

from translearn_core.data.files.file_rows import FileRows
from translearn_core.data.findings import count_noun, finding, quote, quote_list
from translearn_core.data.normalisation import is_blank
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity

NULL = r"\N"
"""How MySQL and PostgreSQL write a missing value."""

ABSURD = 50
"""A cell of so many times the longest that is kept is no text: a quote was opened and closed much later."""


def clean_cells(
    rows: FileRows, names: Sequence[str | None], name: str, limit: int
) -> tuple[dict[str, list[str | None]], list[Finding]]:
    """Return the columns that have a name, None where a cell is missing, and what was done to them.

    Parameters
    ----------
    rows : FileRows
    names : sequence of str or None
        None for a column that is left out.
    name : str
        How sentences call the file.
    limit : int
        Characters of the longest cell that is kept whole.

    Raises
    ------
    DataError
        If a cell is `ABSURD` times as long as `limit`.
    """
    columns: dict[str, list[str | None]] = {}
    said: list[Finding] = []
    for column, values in zip(names, zip(*rows.rows, strict=True), strict=True):
        if column is None:
            continue
        cells: list[str | None] = [None if is_blank(value) else value for value in values]
        said += _without_nulls(cells, column, rows)
        said += _cut(cells, column, rows, name, limit)
        columns[column] = cells
    return columns, said


def _without_nulls(cells: list[str | None], column: str, rows: FileRows) -> list[Finding]:
    if NULL not in cells:
        return []
    places = [k for k, cell in enumerate(cells) if cell == NULL]
    for k in places:
        cells[k] = None
    sentence = (
        rf"{count_noun(len(places), 'cell')} of column {quote(column)} with \N, a database's missing value, "
        rf"became empty."
    )
    return [finding("null-marks", Severity.FIXED, sentence, [rows.numbers[k] for k in places])]


def _cut(cells: list[str | None], column: str, rows: FileRows, name: str, limit: int) -> list[Finding]:
    places = [k for k, cell in enumerate(cells) if cell is not None and len(cell) > limit]
    if not places:
        return []
    longest = max(places, key=lambda k: len(cells[k] or ""))
    length = len(cells[longest] or "")
    if length > ABSURD * limit:
        raise DataError(
            f"{name} has a cell of {length:,} characters in row {rows.numbers[longest]:,} (line "
            f"{rows.lines[longest]:,}), column {quote(column)}: shorten that text, or look for a quote that "
            "is opened there and closed much later."
        )
    for k in places:
        cells[k] = (cells[k] or "")[:limit]
    sentence = (
        f"{count_noun(len(places), 'cell')} of column {quote_list([column])} over {limit:,} characters long "
        f"{'was' if len(places) == 1 else 'were'} cut there; the longest had {length:,}."
    )
    return [finding("cells-cut", Severity.WARNING, sentence, [rows.numbers[k] for k in places])]
