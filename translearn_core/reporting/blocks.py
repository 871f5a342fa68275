"""Presentation of a result as headings, sentences, figures and tables, for pages and reports alike."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class TableBlock:
    """A named table; `fractions` are columns shown as percent, `caption` explains it."""

    name: str
    frame: pd.DataFrame
    fractions: tuple[str, ...] = ()
    heading: str = ""
    sentences: tuple[str, ...] = ()
    caption: str = ""


@dataclass(frozen=True, eq=False)
class FigureBlock:
    """A figure with the table of its numbers; `caption` says how to read it, `alt` what it shows.

    `name` distinguishes it within its section; default: that of its table.
    """

    figure: go.Figure
    caption: str
    table: TableBlock
    alt: str = ""
    heading: str = ""
    sentences: tuple[str, ...] = ()
    name: str = ""


def figure_name(section: str, figure: str) -> str:
    """Return the name of a figure in a section of this title, by which notes find it."""
    return f"{section}: {figure}"


@dataclass(frozen=True, eq=False)
class Section:
    """Presentation of one result.

    `alarms` are sentences shown on top, such as negative transfer; `caveats` limit the findings.
    """

    title: str
    sentences: tuple[str, ...] = ()
    blocks: tuple[FigureBlock | TableBlock, ...] = ()
    alarms: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    def name_of(self, block: FigureBlock) -> str:
        """Return the name of one of its figures, unique in a report."""
        return figure_name(self.title, block.name or block.table.name)

    @property
    def tables(self) -> Iterator[TableBlock]:
        """All tables, those of figures included."""
        return (block.table if isinstance(block, FigureBlock) else block for block in self.blocks)
