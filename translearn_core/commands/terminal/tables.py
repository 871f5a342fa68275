"""Tables for terminals of any width: numbers are never cut, texts wrap, wide tables are split."""

from collections.abc import Collection, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

TEXT_WIDTH = 14
"""Least width of a column of texts, unless all are shorter."""


def print_table(
    screen: Console,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Collection[str] = (),
    whole: Collection[str] = (),
    title: str | None = None,
) -> None:
    """Print a table; split one that is too wide, repeating the first column.

    Parameters
    ----------
    heads, rows : column names, and cells as plain text
    numbers, whole : names of columns that are never cut or wrapped; numbers are right-aligned
    """
    fixed = {*numbers, *whole}
    for part in parts(heads, rows, fixed, screen.width):
        names = [heads[column] for column in part]
        broken = sum(widths(names, rows, part, fixed, broken=False)) >= screen.width
        table = Table(title=title and Text(title), title_justify="left", box=SIMPLE_HEAD)
        for name in names:
            head = name.replace(" ", "\n") if broken and name in fixed else name
            table.add_column(Text(head), justify="right" if name in numbers else "left")
            table.columns[-1].no_wrap = name in fixed
            table.columns[-1].overflow = "fold"
        for row in rows:
            table.add_row(*(Text(row[column]) for column in part))
        screen.print(table)
        title = None


def parts(
    heads: Sequence[str], rows: Sequence[Sequence[str]], fixed: Collection[str], width: int
) -> Iterator[list[int]]:
    """Yield the column indices of each table, so that none is wider than `width` if possible."""
    every = list(range(len(heads)))
    needed = widths(heads, rows, every, fixed, broken=True)
    part = every[:1]
    for column in every[1:]:
        if len(part) > 1 and sum(needed[k] for k in (*part, column)) >= width:
            yield part
            part = every[:1]
        part.append(column)
    yield part


def widths(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    columns: Sequence[int],
    fixed: Collection[str],
    *,
    broken: bool,
) -> list[int]:
    """Return the minimum widths of the columns `columns`, with the gap between columns.

    `broken`: heads of columns that never wrap have a line per word.
    """
    minimum = []
    for head, column in zip(heads, columns, strict=True):
        title = head.replace(" ", "\n") if broken else head
        cells = (title, *(row[column] for row in rows))
        longest = max(cell_len(line) for cell in cells for line in cell.split("\n"))
        minimum.append((longest if head in fixed else min(longest, TEXT_WIDTH)) + COLUMN_GAP)
    return minimum


COLUMN_GAP = 3
"""Width added per column by padding and rules."""
