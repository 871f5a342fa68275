"""Building blocks of a report: sections, figures and tables."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class TableBlock:
    """A named table."""

    name: str
    frame: pd.DataFrame


@dataclass(frozen=True, eq=False)
class FigureBlock:
    """A figure, its caption and its numbers."""

    figure: go.Figure
    sentence: str
    numbers: TableBlock


@dataclass(frozen=True, eq=False)
class Section:
    """One section of a report.

    `alarms` are sentences shown on top, such as negative transfer; `caveats` limit the findings.
    """

    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[FigureBlock, ...] = ()
    sheets: tuple[TableBlock, ...] = ()
    alarms: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
