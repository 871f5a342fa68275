"""Which part learns when and how fast, and how far its weights really went, one under the other."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.heatmap import HeatmapStyle, heatmap
from translearn_core.results import History, Timeline


def timeline(told: Timeline, dark: bool = False) -> go.Figure:
    """Draw the learning rate of every part from the first step to the last; frozen parts are hatched."""
    peaks = told.rates.max(axis=1, initial=0.0)
    peaks = peaks[peaks > 0]
    # below a thirtieth of the slowest part's peak a rate only fades out
    decades = float(np.log10(30 * peaks.max() / peaks.min())) if peaks.size else 1.0
    look = HeatmapStyle("timeline", "learning rate", "frozen", lambda rate: f"{rate:.2g}", _power, decades)
    return heatmap(told, told.edges, told.rates, look, dark)


def gradient_timeline(history: History, told: Timeline, dark: bool = False) -> go.Figure:
    """Draw how far every part's weights are from their start after each epoch, on the steps of `told`.

    What did not move is hatched.
    """
    begun = int(told.edges[0])
    epochs = [epoch for epoch in history.epochs if epoch.step > begun]
    edges = np.asarray([begun, *(epoch.step for epoch in epochs)], dtype=np.int64)
    moved = np.asarray(
        [[epoch.moved.get(part, 0.0) for epoch in epochs] for part in told.parts], dtype=np.float64
    )
    look = HeatmapStyle(
        "movement", "change of the weights since the start", "did not move", _percent, _percent, 3.0
    )
    return heatmap(told, edges, moved, look, dark)


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 1 else f"{100 * share:,.0f} %"


def _power(rate: float) -> str:
    number, power = f"{rate:.0e}".split("e")
    return f"{number}e{int(power)}"
