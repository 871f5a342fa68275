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
    """A figure with the table of its numbers; `caption` says how to read it, `alt` what it shows."""

    figure: go.Figure
    caption: str
    table: TableBlock
    alt: str = ""
    heading: str = ""
    sentences: tuple[str, ...] = ()


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

    @property
    def tables(self) -> Iterator[TableBlock]:
        """All tables, those of figures included."""
        return (block.table if isinstance(block, FigureBlock) else block for block in self.blocks)
