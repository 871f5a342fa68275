"""Weight drift: relative change of each part from its pretrained values."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Drift
from translearn_core.results.format import change_percent


def drift_bars(drift: Drift, dark: bool = False) -> go.Figure:
    """Draw the relative change of every part on a log axis, input at the bottom.

    Unchanged parts have no bar, only their label.
    """
    parts, colours = drift.by_part(), palette(dark)
    figure = bare("drift", dark, height=90 + 34 * len(parts))
    names = np.asarray(labels(parts["part"], 24), dtype=object)
    change = 100 * parts["relative change"].to_numpy(dtype=float)
    moved = change > 0
    low, high = _axis_limits(change[moved])
    ticks = 10.0 ** np.arange(np.log10(low), np.log10(high))
    figure.add_scatter(
        x=np.full(int((~moved).sum()), low),
        y=names[~moved],
        name="did not move",
        mode="text",
        text=["0 %"] * int((~moved).sum()),
        textposition="middle right",
        textfont_color=colours.muted,
        showlegend=False,
        hovertemplate="%{y}: <b>did not move</b><extra></extra>",
    )
    figure.add_bar(
        x=change[moved],
        y=names[moved],
        name="moved",
        orientation="h",
        marker_color=colours.trainable,
        text=[change_percent(value / 100) for value in change[moved]],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: <b>%{text}</b><extra></extra>",
    )
    figure.update_xaxes(
        type="log",
        title_text="change relative to the starting norm",
        range=[np.log10(low), np.log10(high)],
        tickvals=ticks,
        ticktext=[f"{tick:g} %" for tick in ticks],
        showgrid=True,
    )
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names, showgrid=False)
    figure.update_layout(bargap=0.28, showlegend=False)
    return figure


def _axis_limits(change: NDArray[np.float64]) -> tuple[float, float]:
    """Return the axis limits: a power of ten below the minimum, and room for a label above the maximum."""
    if not len(change):
        return 0.01, 100.0
    low = float(10.0 ** np.floor(np.log10(change.min()) - 0.3))
    return low, float(max(change.max() / low, 10.0) ** 1.25 * low)
