"""Tables for a terminal of any width: numbers are never cut, texts wrap, and what does not fit is split."""

from collections.abc import Collection, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

TEXT_WIDTH = 14
"""Characters that a column of texts keeps at least, where its texts are that long."""


def print_table(
    screen: Console,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Collection[str] = (),
    whole: Collection[str] = (),
    title: str | None = None,
) -> None:
    """Print a table; one that is too wide becomes several, each with the first column.

    Parameters
    ----------
    heads, rows : names of the columns, and their cells as plain texts
    numbers, whole : heads of the columns that are never cut or wrapped; numbers stand on the right
    """
    fixed = {*numbers, *whole}
    for part in parts(heads, rows, fixed, screen.width):
        names = [heads[place] for place in part]
        broken = sum(widths(names, rows, part, fixed, broken=False)) >= screen.width
        table = Table(title=title and Text(title), title_justify="left", box=SIMPLE_HEAD)
        for name in names:
            head = name.replace(" ", "\n") if broken and name in fixed else name
            table.add_column(Text(head), justify="right" if name in numbers else "left")
            table.columns[-1].no_wrap = name in fixed
            table.columns[-1].overflow = "fold"
        for row in rows:
            table.add_row(*(Text(row[place]) for place in part))
        screen.print(table)
        title = None


def parts(
    heads: Sequence[str], rows: Sequence[Sequence[str]], fixed: Collection[str], width: int
) -> Iterator[list[int]]:
    """Return which columns stand in each table, so that none is wider than `width` if it can be."""
    every = list(range(len(heads)))
    needed = widths(heads, rows, every, fixed, broken=True)
    part = every[:1]
    for place in every[1:]:
        if len(part) > 1 and sum(needed[k] for k in (*part, place)) >= width:
            yield part
            part = every[:1]
        part.append(place)
    yield part


def widths(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    places: Sequence[int],
    fixed: Collection[str],
    *,
    broken: bool,
) -> list[int]:
    """Return the width each of the columns `places` needs at least, with what stands between columns.

    `broken` heads of columns that never wrap have a line for each word.
    """
    found = []
    for head, place in zip(heads, places, strict=True):
        title = head.replace(" ", "\n") if broken else head
        cells = (title, *(row[place] for row in rows))
        longest = max(cell_len(line) for cell in cells for line in cell.split("\n"))
        found.append((longest if head in fixed else min(longest, TEXT_WIDTH)) + BETWEEN)
    return found


BETWEEN = 3
"""Blanks and rules that a column adds."""
