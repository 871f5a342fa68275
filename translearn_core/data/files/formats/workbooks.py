"""Workbook sheets to rows of strings; formulas give their saved values."""

import datetime as dt
import io
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from translearn_core.config import TableKind
from translearn_core.data.files.column_types import column_types
from translearn_core.data.files.delimited_rows import check_columns, too_many_rows
from translearn_core.data.files.raw_table import RawTable
from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, quote, quote_list

OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""Beginning of .xls files and other OLE documents."""

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
Range = tuple[tuple[int, int], tuple[int, int]]
"""Top left and bottom right cell of a merged range, each as (row, column) from 0."""


def read_workbook(
    data: bytes, name: str, *, max_rows: int, sheet: str | None = None
) -> tuple[RawTable, str, tuple[str, ...]]:
    """Return the rows of one sheet, its name, and the names of all visible sheets.

    Parameters
    ----------
    data : bytes
        An .xlsx, .xlsm, .xlsb, .xls or .ods file.
    name : str
        Name of the file in messages.
    max_rows : int
    sheet : str, optional
        A sheet's name, or its number from 1; default: the first visible one that is not empty.

    Raises
    ------
    DataError
        If it is no workbook, is protected by a password, lacks the sheet, or is over a limit.
    """
    worksheet, names, cells, merged = _open(data, name, max_rows, sheet)
    rows = [[cell_text(cell) for cell in row] for row in cells]
    findings = _sheet_findings(worksheet.name, names)
    titles = _title_rows(merged, rows)
    if filled := _fill_merged(rows, [area for area in merged if area[0][0] >= titles]):
        sentence = f"{count_noun(filled, 'cell')} of merged ranges got the value of the range."
        findings.append(finding("merged-cells", Severity.FIXED, sentence))
    first = (worksheet.start or (0, 0))[0] + 1
    if titles:
        sentence = (
            f"{count_noun(titles, 'row')} above the column names, a title or further names in merged cells, "
            f"left out."
        )
        findings.append(finding("several-header-rows", Severity.WARNING, sentence))
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    body = rows[titles:]
    if not body:
        raise DataError(
            f"{name} has no cells in sheet {quote(worksheet.name)}: choose another sheet, or add rows."
        )
    lines = list(range(first + titles, first + titles + len(body)))
    values = zip(*cells[titles + 1 : titles + len(body)], strict=True)
    types = column_types(values) or [None] * len(body[0])
    table = RawTable(TableKind.XLSX, body, lines, types=types, findings=findings)
    return table, worksheet.name, tuple(names)


def _open(
    data: bytes, name: str, max_rows: int, sheet: str | None
) -> tuple[CalamineSheet, list[str], list[list[Cell]], list[Range]]:
    """Return a sheet, the names of the visible ones, and the cells and merged ranges of the sheet."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [
            m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible
        ] or book.sheet_names
        worksheet = _select_sheet(book, names, name, sheet)
        if worksheet.height > max_rows + 1:
            raise too_many_rows(name, max_rows)
        check_columns(worksheet.width, name)
        return worksheet, names, worksheet.to_python(skip_empty_area=True), _merged_ranges(worksheet)
    except PasswordError:
        raise DataError(f"{name} is protected by a password: save it without one, or as CSV.") from None
    except (CalamineError, OSError, ValueError, TypeError) as error:
        raise DataError(
            f"{name} is no workbook that can be read ({str(error)[:80] or type(error).__name__}): open it in "
            "its own program and save the table as CSV (UTF-8) or .xlsx."
        ) from None


def cell_text(cell: Cell) -> str:
    """Return a cell as in a CSV export of the workbook: whole numbers without a point, ISO dates."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ") if cell.time() != dt.time() else cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _select_sheet(book: CalamineWorkbook, names: list[str], name: str, sheet: str | None) -> CalamineSheet:
    if sheet is not None:
        if sheet in book.sheet_names:
            return book.get_sheet_by_name(sheet)
        if sheet.isascii() and sheet.isdigit() and 1 <= int(sheet[:6]) <= len(names):
            return book.get_sheet_by_name(names[int(sheet[:6]) - 1])
        raise DataError(f"{name} has no sheet {quote(sheet)}: choose from {quote_list(names, 8)}.")
    for title in names:
        if (worksheet := book.get_sheet_by_name(title)).height > 1:
            return worksheet
    if not names:
        raise DataError(f"{name} is a workbook without sheets: save it again with a table in it.")
    return book.get_sheet_by_name(names[0])


def _merged_ranges(sheet: CalamineSheet) -> list[Range]:
    """Return the merged ranges, relative to the first cell that is not empty."""
    top, left = sheet.start or (0, 0)
    ranges: Any = sheet.merged_cell_ranges or []
    return [((r0 - top, c0 - left), (r1 - top, c1 - left)) for (r0, c0), (r1, c1) in ranges]


def _title_rows(merged: list[Range], rows: list[list[str]]) -> int:
    """Count the title rows at the top: rows with cells merged across columns."""
    wide = {r0 for (r0, c0), (r1, c1) in merged if r0 == r1 and c1 > c0}
    titles = 0
    while titles in wide and titles < len(rows) - 1:
        titles += 1
    return titles


def _fill_merged(rows: list[list[str]], merged: list[Range]) -> int:
    filled = 0
    for (r0, c0), (r1, c1) in merged:
        for r in range(max(r0, 0), min(r1 + 1, len(rows))):
            for c in range(max(c0, 0), min(c1 + 1, len(rows[r]))):
                if (r, c) != (r0, c0) and not rows[r][c] and r0 >= 0 and c0 >= 0:
                    rows[r][c] = rows[r0][c0]
                    filled += 1
    return filled


def _sheet_findings(chosen: str, names: list[str]) -> list[Finding]:
    if len(names) < 2:
        return []
    others = [title for title in names if title != chosen]
    sentence = f"Sheet {quote(chosen)} was read; the workbook also has {quote_list(others)}."
    return [finding("sheet", Severity.DETECTED, sentence)]
