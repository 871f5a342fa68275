"""One file as rows of strings, before its header is found and its columns are named."""

from dataclasses import dataclass, field

from translearn_core.config import TableKind
from translearn_core.results import ColumnType, Finding


@dataclass
class RawTable:
    """Rows of one file.

    Attributes
    ----------
    kind : TableKind
    rows : list of list of str
        Equal widths; "" where a cell is blank. Blank rows are kept, so that row numbers stay right.
    lines : list of int
        For each row, the 1-based line (of text) or row (of a sheet) on which it starts.
    names : list of str or None
        Column names where the format itself gives them (Parquet, JSON, fastText); else None: a row does.
    trimmed : list of int
        Indices of rows whose empty fields beyond the last column were cut.
    delimiter : str or None
        What stood between the fields, "" for one column; None where the format has no delimiters.
    others : tuple of str
        Other delimiters that would make a table too, the likeliest first.
    types : list of ColumnType or None
        Of each column, where the format has types.
    findings : list of Finding
        What was detected or fixed on the way.
    """

    kind: TableKind
    rows: list[list[str]]
    lines: list[int]
    names: list[str] | None = None
    trimmed: list[int] = field(default_factory=list)
    delimiter: str | None = None
    others: tuple[str, ...] = ()
    types: list[ColumnType | None] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
