"""CSV injection: escape cells that a spreadsheet would run as formulas.

What a spreadsheet does with a CSV cell:

- ``=1+1``, ``@SUM(A1)``, ``-2+3``, ``- item`` are evaluated (``- item`` becomes ``#NAME?``): escaped.
- ``-``, ``+``, ``=``, ``--`` (signs alone), ``-3.2``, ``+5``, ``- 5``, ``-1e5``, ``-5 %`` stay what they are.
- Blanks and invisible characters before the sign are skipped, full-width signs (U+FF1D, FF0B, FF0D, FF20)
  count as their ASCII forms.
- A file opened with another separator than its own is split inside cells: a sign after a line break, tab,
  comma or semicolon inside a cell counts too, except after the separator of the file itself.
"""

import re
from functools import lru_cache
from itertools import chain
from typing import Any

import pandas as pd

SIGNS = "=+\\-@＝＋－＠"
"""Characters that begin a formula, escaped for a character class."""

INVISIBLE = "\\s\x00-\x1f\x7f\xa0\xad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
BREAKS = "\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
SEPARATORS = "\t;,"

_SIGN = re.compile(f"[{SIGNS}]")
_SPLITS = re.compile(f"[{BREAKS}{SEPARATORS}]")
_SIGNS_ALONE = re.compile(f"[{SIGNS}{INVISIBLE}]*")
_NUMBER = re.compile(
    rf"[+\-＋－][{INVISIBLE}]*+(?:\d[\d.,'’ \xa0\u202f]*+|[.,]\d++)(?:[eE][+-]?\d++)?+[{INVISIBLE}]*+[%€$£¥]?"
)


def looks_like_formula(cell: str, delimiter: str = ",") -> bool:
    """Whether a spreadsheet would run `cell`, or a part of it, in a file with this delimiter."""
    return escape_cell(cell, delimiter) != cell


def escape_cell(cell: str, delimiter: str = ",") -> str:
    """Put an apostrophe before each sign in `cell` that would begin a formula."""
    if _SIGN.search(cell) is None:
        return cell
    return _piece_pattern(delimiter).sub(_escape_piece, cell)


def escape_formulas(frame: pd.DataFrame, delimiter: str = ",") -> pd.DataFrame:
    """Put an apostrophe before what a spreadsheet would run as a formula, in cells and headers.

    Parameters
    ----------
    frame : DataFrame
        Only its strings change.
    delimiter : str
        Separator of the file; inside a cell it is quoted and splits nothing.

    References
    ----------
    OWASP, "CSV Injection": equals, plus, minus, at, tab, line breaks, full-width forms, and separators
    inside a cell.
    """

    def escape(value: object) -> object:
        return escape_cell(value, delimiter) if isinstance(value, str) else value

    columns = [
        column.astype(object).map(escape) if _is_textual(column) else column for _, column in frame.items()
    ]
    escaped = pd.concat(columns, axis=1) if columns else frame.copy()
    escaped.columns = pd.Index([escape(name) for name in frame.columns])
    return escaped


def holds_formulas(frame: pd.DataFrame, delimiter: str = ",") -> bool:
    """Whether `escape_formulas` would change anything in `frame`."""
    cells = chain(frame.columns, *(column for _, column in frame.items() if _is_textual(column)))
    return any(isinstance(cell, str) and looks_like_formula(cell, delimiter) for cell in cells)


def _is_textual(column: "pd.Series[Any]") -> bool:
    number, date = pd.api.types.is_numeric_dtype(column), pd.api.types.is_datetime64_any_dtype(column)
    return not number and not date


@lru_cache
def _piece_pattern(delimiter: str) -> re.Pattern[str]:
    """Return a pattern of one piece of a cell: skipped characters, and the text up to the next separator."""
    splits = BREAKS + SEPARATORS.replace(delimiter, "")
    return re.compile(f'(?P<before>[{splits}{INVISIBLE}"]*+)(?P<piece>[^{splits}]*+)')


def _escape_piece(match: re.Match[str]) -> str:
    before, piece = match["before"], match["piece"]
    if not _SIGN.match(piece) or _SIGNS_ALONE.fullmatch(piece) or _NUMBER.fullmatch(piece):
        return match[0]
    first = "'" * (match.start() == 0)
    inside = "'" * bool(match.start() or _SPLITS.search(before))
    return f"{first}{before}{inside}{piece}"
