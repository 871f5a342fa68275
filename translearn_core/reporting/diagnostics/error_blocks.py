"""Blocks that the error analyses of all problem types share: reliability, slices and label issues."""

import pandas as pd
import plotly.graph_objects as go

from translearn_core.reporting.blocks import FigureBlock, TableBlock
from translearn_core.reporting.formatting import INTERVAL

RELIABILITY_TABLE = "reliability"
"""Name of the table of a reliability diagram, which a page draws in its own way."""


def reliability_block(
    figure: go.Figure, bins: pd.DataFrame, sentence: str, *, heading: str, caption: str, alt: str
) -> FigureBlock:
    """Return a reliability diagram with the table of its `bins`."""
    return FigureBlock(
        figure,
        caption,
        TableBlock(RELIABILITY_TABLE, bins, ("from", "to", "confidence", "accuracy", "low", "high")),
        alt=f"Reliability diagram: {alt}",
        heading=f"{heading} Reliability diagram (calibration)",
        sentences=(sentence,),
    )


def slices_block(
    figure: go.Figure,
    slices: pd.DataFrame,
    sentence: str,
    *,
    overall: str,
    alt: str,
    fractions: tuple[str, ...] = ("accuracy", "low", "high"),
) -> FigureBlock:
    """Return the scores of slices; `overall` says what the dashed line is."""
    return FigureBlock(
        figure,
        "A slice is a group of test rows, by length, language or a column. Weakest on top. The dashed line "
        f"is {overall}. A diamond differs from all other rows by more than chance, corrected for the number "
        f"of slices. {INTERVAL}",
        TableBlock("slices", slices, fractions),
        alt=f"{alt} on slices of the test rows",
        heading="Where is it weak? Slices",
        sentences=(sentence,),
    )


def label_issues_block(
    issues: pd.DataFrame, sentence: str, fractions: tuple[str, ...], *, heading: str, caption: str
) -> TableBlock:
    """Return the table of doubtful labels; `fractions` are its columns of probabilities."""
    return TableBlock(
        "label issues",
        issues,
        fractions,
        heading=f"{heading} Label issues",
        sentences=(sentence,),
        caption=caption,
    )
