"""Style of delimited text: fields in quotes and escapes, so that a table is written as it came."""

import re

from translearn_core.data.files.dialect import SEPARATOR_LINE, Dialect, Quoting
from translearn_core.data.files.line_ends import lines_of
from translearn_core.results import DelimitedStyle, QuoteStyle

SAMPLE_ROWS = 200
"""Rows that are searched for fields in quotes."""

_QUOTES = {Quoting.PLAIN: QuoteStyle.PLAIN, Quoting.ESCAPED: QuoteStyle.ESCAPED}


def find_style(
    text: str, dialect: Dialect, quoting: Quoting, width: int, line_end: str
) -> tuple[DelimitedStyle, list[bool]]:
    """Return the style of a text, and for each column whether its fields in the first rows are all quoted.

    The style lacks the byte-order mark and the names of these columns; the list is empty if there are none.
    """
    first = next(lines_of(text), "").strip("\r\n\ufeff ")
    header, *rows = _quoted_fields(text, dialect, quoting, width) or [[]]
    style = DelimitedStyle(
        line_end=line_end,
        separator_line=dialect.offset > 0 and SEPARATOR_LINE.fullmatch(first) is not None,
        quotes=_QUOTES.get(quoting, QuoteStyle.DOUBLED),
        quoted_header=bool(header) and all(header),
    )
    columns = [all(column) for column in zip(*rows, strict=True)]
    return style, columns if any(columns) else []


def _quoted_fields(text: str, dialect: Dialect, quoting: Quoting, width: int) -> list[list[bool]]:
    """Return whether each field of the first rows stands in quotes."""
    if quoting in (Quoting.PLAIN, Quoting.NONE):
        return []
    rows: list[list[bool]] = []
    fields: list[bool] = []
    for match in _field_pattern(dialect.delimiter, quoting).finditer(text, dialect.offset):
        if not fields and not match["field"] and match["end"] != dialect.delimiter:
            continue  # a blank line
        fields.append(match["field"].startswith('"'))
        if match["end"] == dialect.delimiter:
            continue
        if len(fields) == width:
            rows.append(fields)
        fields = []
        if len(rows) == SAMPLE_ROWS:
            break
    return rows


def _field_pattern(delimiter: str, quoting: Quoting) -> re.Pattern[str]:
    """Return a pattern of a field and the delimiter or line end behind it."""
    inside = r'(?:[^"\\]|\\.)' if quoting is Quoting.ESCAPED else '(?:[^"]|"")'
    symbol = re.escape(delimiter)
    plain = rf"(?:(?!{symbol})[^\r\n])"
    return re.compile(rf'(?P<field>"{inside}*+"|{plain}*+)(?P<end>{symbol}|\r?\n|\Z)', re.DOTALL)
