"""Figures of prepared experiments: those of the app for their results, and their tables."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from translearn_core import plots
from translearn_core.plots import lesson_guess
from translearn_core.prepared_experiments.measure import Measured
from translearn_core.prepared_experiments.measures import SEED, by_group
from translearn_core.results import Comparison, LabelEfficiency, ProbeScores, Similarity

Draw = Callable[[Any, bool], go.Figure]


def _arms(result: Comparison, dark: bool) -> go.Figure:
    if any(SEED in arm.name for arm in result.arms):
        return lesson_guess.seed_dots(by_group(result), result.metric, dark)
    return plots.study_arms(result, dark)


def _depth(result: Comparison, dark: bool) -> go.Figure:
    return plots.depth_curve(result, {arm.name: "test score" for arm in result.arms}, dark)


FIGURES: dict[type, dict[str, Draw]] = {
    Comparison: {"arms": _arms, "depth": _depth},
    LabelEfficiency: {"curve": plots.label_efficiency},
    ProbeScores: {"layers": plots.probe_lines},
    Similarity: {"layers": lambda result, dark: plots.similarity_lines(result, None, dark)},
}
"""Figures by type of result and name; the first is the default."""

ALT = {
    "arms": "Test scores of the runs",
    "depth": "Test score and seconds by the lowest block that trains",
    "curve": "Test score by number of training labels, a line a method",
    "layers": "Values by layer, from the embeddings to the last block",
}
"""Text alternatives by name of the figure."""


def figure_name(result: Any, name: str = "") -> str:
    """Return the name of a figure of a result, or of its first."""
    return name or next(iter(FIGURES[type(result)]))


def draw(result: Any, name: str = "", dark: bool = False, *, live: Any = None) -> go.Figure:
    """Draw a result as the app does, and a `live` one over it."""
    make = FIGURES[type(result)][figure_name(result, name)]
    figure = make(result, dark)
    return figure if live is None else lesson_guess.overlay(figure, make(live, dark), shift=_shift(result))


def _shift(result: Any) -> float:
    """Return how far live dots are moved down in their row."""
    seeds = isinstance(result, Comparison) and any(SEED in arm.name for arm in result.arms)
    return 0.2 if seeds else 0.0


def measured_table(measured: Measured) -> pd.DataFrame:
    """Return measured numbers as a table: label, value and the ends of the interval."""
    rows = [(name, one.value, one.low, one.high) for name, one in measured.items()]
    return pd.DataFrame(rows, columns=["measured", "value", "low", "high"])


def table(result: Any) -> pd.DataFrame:
    """Return the numbers of a result's figure."""
    if isinstance(result, Comparison) and any(SEED in arm.name for arm in result.arms):
        rows = [
            (*arm.name.split(SEED), arm.headline.value, arm.headline.low, arm.headline.high)
            for arm in result.arms
        ]
        return pd.DataFrame(rows, columns=["arm", "seed", result.metric.column, "low", "high"])
    frame: pd.DataFrame = result.frame()
    return frame
