"""Training timeline: learning rate and weight change of each part by step."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.heatmap import HeatmapStyle, heatmap
from translearn_core.results import History, Timeline
from translearn_core.results.format import change_percent


def timeline(schedule: Timeline, dark: bool = False) -> go.Figure:
    """Draw the learning rate of every part by step; frozen parts are hatched."""
    peaks = schedule.rates.max(axis=1, initial=0.0)
    peaks = peaks[peaks > 0]
    # the colour scale ends at a thirtieth of the slowest part's peak
    decades = float(np.log10(30 * peaks.max() / peaks.min())) if peaks.size else 1.0
    style = HeatmapStyle("timeline", "learning rate", "frozen", lambda rate: f"{rate:.2g}", _power, decades)
    return heatmap(schedule, schedule.edges, schedule.rates, style, dark)


def gradient_timeline(history: History, schedule: Timeline, dark: bool = False) -> go.Figure:
    """Draw each part's relative weight change since the start by epoch; unchanged parts are hatched."""
    first_step = int(schedule.edges[0])
    epochs = [epoch for epoch in history.epochs if epoch.step > first_step]
    edges = np.asarray([first_step, *(epoch.step for epoch in epochs)], dtype=np.int64)
    change = np.asarray(
        [[epoch.moved.get(part, 0.0) for epoch in epochs] for part in schedule.parts], dtype=np.float64
    )
    style = HeatmapStyle(
        "movement",
        "change of the weights since the start",
        "did not move",
        change_percent,
        change_percent,
        3.0,
    )
    return heatmap(schedule, edges, change, style, dark)


def _power(rate: float) -> str:
    number, power = f"{rate:.0e}".split("e")
    return f"{number}e{int(power)}"
