"""Cell cleaning: blank cells and null marks become missing, overlong cells are cut."""

from collections.abc import Sequence

from translearn_core.data.files.file_rows import FileRows
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, quote, quote_list
from translearn_core.tasks.normalisation import is_blank

NULL = r"\N"
"""Missing value in exports of MySQL and PostgreSQL."""

REFUSED_FACTOR = 50
"""Cells longer than this many times the limit are refused: a quote was probably closed much later."""


def clean_cells(
    rows: FileRows, names: Sequence[str | None], name: str, limit: int
) -> tuple[dict[str, list[str | None]], list[Finding]]:
    """Clean the named columns; missing cells are None.

    Parameters
    ----------
    rows : FileRows
    names : sequence of str or None
        None for a column that is left out.
    name : str
        Name of the file in messages.
    limit : int
        Characters of the longest cell that is kept whole.

    Raises
    ------
    DataError
        If a cell is over `REFUSED_FACTOR` times as long as `limit`.
    """
    columns: dict[str, list[str | None]] = {}
    findings: list[Finding] = []
    for column, values in zip(names, zip(*rows.rows, strict=True), strict=True):
        if column is None:
            continue
        cells: list[str | None] = [None if is_blank(value) else value for value in values]
        findings += _clear_null_marks(cells, column, rows)
        findings += _cut_long_cells(cells, column, rows, name, limit)
        columns[column] = cells
    return columns, findings


def _clear_null_marks(cells: list[str | None], column: str, rows: FileRows) -> list[Finding]:
    if NULL not in cells:
        return []
    indices = [k for k, cell in enumerate(cells) if cell == NULL]
    for k in indices:
        cells[k] = None
    sentence = (
        rf"{count_noun(len(indices), 'cell')} of column {quote(column)} with \N, a database's missing value, "
        rf"became empty."
    )
    return [finding("null-marks", Severity.FIXED, sentence, [rows.numbers[k] for k in indices])]


def _cut_long_cells(
    cells: list[str | None], column: str, rows: FileRows, name: str, limit: int
) -> list[Finding]:
    indices = [k for k, cell in enumerate(cells) if cell is not None and len(cell) > limit]
    if not indices:
        return []
    longest = max(indices, key=lambda k: len(cells[k] or ""))
    length = len(cells[longest] or "")
    if length > REFUSED_FACTOR * limit:
        raise DataError(
            f"{name} has a cell of {length:,} characters in row {rows.numbers[longest]:,} (line "
            f"{rows.lines[longest]:,}), column {quote(column)}: shorten that text, or look for a quote that "
            "is opened there and closed much later."
        )
    for k in indices:
        cells[k] = (cells[k] or "")[:limit]
    sentence = (
        f"{count_noun(len(indices), 'cell')} of column {quote_list([column])} over {limit:,} characters long "
        f"{'was' if len(indices) == 1 else 'were'} cut there; the longest had {length:,}."
    )
    return [finding("cells-cut", Severity.WARNING, sentence, [rows.numbers[k] for k in indices])]
