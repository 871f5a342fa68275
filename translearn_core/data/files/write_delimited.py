"""Write a table as delimited text in the style of the file that it came from."""

from typing import Any

import pandas as pd

from translearn_core.results import DelimitedStyle, FileFormat, QuoteStyle


def delimited_bytes(frame: pd.DataFrame, form: FileFormat) -> bytes:
    """Serialise a table, header first; fields stand in quotes where the style or their characters ask for it.

    The csv module of Python 3.11 cannot quote the fields of chosen columns. Text that the encoding cannot
    hold is written in UTF-8 with a byte-order mark.
    """
    style, delimiter = form.style, form.delimiter or form.kind.delimiter or ","
    header = [str(name) for name in frame.columns]
    columns = [_cells(frame.iloc[:, k]) for k in range(len(header))]
    plain = style.quotes is QuoteStyle.PLAIN
    if not plain or any(_breaks(cell, delimiter) for column in columns for cell in column):
        columns = [
            _quoted(column, delimiter, style, always=name in style.quoted)
            for name, column in zip(header, columns, strict=True)
        ]
        header = _quoted(header, delimiter, style, always=style.quoted_header)
    lines = [delimiter.join(row) for row in (header, *zip(*columns, strict=True))]
    if len(columns) == 1:  # an empty line is no row
        lines = [line or '""' for line in lines]
    if style.separator_line:
        lines.insert(0, f"sep={delimiter}")
    text = "".join(f"{line}{style.line_end}" for line in lines)
    mark = "\ufeff" if style.bom else ""
    try:
        return f"{mark}{text}".encode(form.encoding or "utf-8")
    except UnicodeEncodeError:
        return f"{mark}{text}".encode("utf-8" if style.bom else "utf-8-sig", errors="replace")


def _cells(column: "pd.Series[Any]") -> list[str]:
    """Return the cells as text, empty where a value is missing."""
    values = column.astype(object)
    return [str(value) for value in values.where(column.notna(), "")]


def _quoted(cells: list[str], delimiter: str, style: DelimitedStyle, *, always: bool) -> list[str]:
    if style.quotes is QuoteStyle.ESCAPED:
        cells = [cell.replace("\\", "\\\\") for cell in cells]
    quote = '\\"' if style.quotes is QuoteStyle.ESCAPED else '""'
    return [
        f'"{cell.replace(chr(34), quote)}"' if always or '"' in cell or _breaks(cell, delimiter) else cell
        for cell in cells
    ]


def _breaks(cell: str, delimiter: str) -> bool:
    """Whether a field would end within `cell`."""
    return delimiter in cell or "\n" in cell or "\r" in cell
