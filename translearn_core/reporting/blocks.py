"""What a section of a report is made of: sentences, figures with their numbers, tables, caveats."""

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class TableBlock:
    """A table under its name."""

    name: str
    frame: pd.DataFrame


@dataclass(frozen=True, eq=False)
class FigureBlock:
    """A figure, the sentence under it that says what to look for, and its numbers."""

    figure: go.Figure
    sentence: str
    numbers: TableBlock


@dataclass(frozen=True, eq=False)
class Section:
    """One part of a report.

    `alarms` are sentences to be seen first, such as harm done; `caveats` say what weakens what was found.
    """

    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[FigureBlock, ...] = ()
    sheets: tuple[TableBlock, ...] = ()
    alarms: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
