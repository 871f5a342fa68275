"""Raw table: rows of strings of one file, before header detection."""

from dataclasses import dataclass, field

from translearn_core.config import TableKind
from translearn_core.results import ColumnType, DelimitedStyle, Finding


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
        Column names if the format has them (Parquet, JSON, fastText); None if a row may hold them.
    trimmed : list of int
        Indices of rows whose empty fields after the last column were cut.
    delimiter : str or None
        Separator of the fields, "" for one column; None if the format has no delimiters.
    others : tuple of str
        Other likely delimiters, the likeliest first.
    types : list of ColumnType or None
        Type of each column, if the format has types.
    style : DelimitedStyle
        Spelling of delimited text, without the columns in quotes.
    quoted : list of bool
        For each column, whether all its fields stand in quotes; empty if none do.
    findings : list of Finding
        What was detected or fixed.
    """

    kind: TableKind
    rows: list[list[str]]
    lines: list[int]
    names: list[str] | None = None
    trimmed: list[int] = field(default_factory=list)
    delimiter: str | None = None
    others: tuple[str, ...] = ()
    types: list[ColumnType | None] = field(default_factory=list)
    style: DelimitedStyle = field(default_factory=DelimitedStyle)
    quoted: list[bool] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
