"""Uncertainty intervals: error bars, bands, lines and dots with them; reference lines."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from translearn_core.plots.style.palette import faint
from translearn_core.results import Estimate
from translearn_core.results.metric import Metric


def error_bars(
    middle: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str, *, width: int = 5
) -> dict[str, Any]:
    """Return error bars from `low` to `high` around `middle`; `width` of the caps in pixels."""
    centre = np.asarray(middle, dtype=float)
    return {
        "type": "data",
        "symmetric": False,
        "array": np.asarray(high, dtype=float) - centre,
        "arrayminus": centre - np.asarray(low, dtype=float),
        "color": colour,
        "thickness": 2,
        "width": width,
    }


def estimate_bars(estimates: Sequence[Estimate], colour: str, *, width: int = 5) -> dict[str, Any]:
    """Return error bars of estimates."""
    value, low, high = np.array([(e.value, e.low, e.high) for e in estimates]).T
    return error_bars(value, low, high, colour, width=width)


def score_title(metric: Metric) -> str:
    """Return the title of an axis of test scores."""
    return f"test {metric.label}, 95 % interval"


def score_axis(metric: Metric) -> dict[str, Any]:
    """Return the settings of an axis of test scores."""
    return {"title_text": score_title(metric), "tickformat": ".2f", "nticks": 8}


def band(colour: str, opacity: float = 0.16) -> dict[str, Any]:
    """Return the style of an interval along a line: filled, without edge or hover."""
    return {
        "mode": "lines",
        "fill": "toself",
        "fillcolor": faint(colour, opacity),
        "line_width": 0,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def outline(x: NDArray[Any], low: NDArray[Any], high: NDArray[Any]) -> dict[str, Any]:
    """Return the outline of a band: its upper edge, then the lower one reversed."""
    return {"x": np.concatenate([x, x[::-1]]), "y": np.concatenate([high, low[::-1]])}


def add_interval_line(
    figure: go.Figure,
    x: NDArray[Any],
    value: NDArray[Any],
    low: NDArray[Any],
    high: NDArray[Any],
    name: str,
    colour: str,
    hover: str,
    *,
    details: Sequence[NDArray[Any]] = (),
    line: Mapping[str, Any] | None = None,
    marker: Mapping[str, Any] | None = None,
    opacity: float = 0.16,
    **trace: Any,
) -> None:
    """Draw a line with its interval as a band behind it; NaN, which would break the outline, is left out.

    The hover template `hover` follows the value; its ``customdata`` is low, high and the `details`.
    """
    known = np.isfinite(low) & np.isfinite(high)
    trace = {"legendgroup": name, **trace}
    edges = outline(x[known], low[known], high[known])
    figure.add_scatter(**edges, name=f"{name} interval", **band(colour, opacity), **trace)
    figure.add_scatter(
        x=x,
        y=value,
        customdata=np.stack([low, high, *details], axis=-1),
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 2.5, **(line or {})},
        marker={"size": 8, **(marker or {})},
        hovertemplate=hover,
        **trace,
    )


def add_interval_dots(
    figure: go.Figure,
    estimates: Sequence[Estimate],
    rows: Sequence[str],
    name: str,
    colour: str,
    symbol: str,
    hover: str,
    details: Sequence[Sequence[float]] = (),
    **trace: Any,
) -> None:
    """Draw estimates as dots with horizontal intervals in the `rows` of a category axis, if there are any.

    ``customdata`` of a dot is low, high and its `details`.
    """
    if not estimates:
        return
    figure.add_scatter(
        x=[estimate.value for estimate in estimates],
        y=list(rows),
        customdata=[
            [estimate.low, estimate.high, *more]
            for estimate, more in zip(estimates, details or [()] * len(estimates), strict=True)
        ],
        name=name,
        mode="markers",
        marker={"size": 11, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
        error_x=estimate_bars(estimates, faint(colour, 0.7)),
        hovertemplate=hover,
        **trace,
    )


def add_level(
    figure: go.Figure, edges: Sequence[float], value: float, name: str, colour: str, **trace: Any
) -> None:
    """Draw a horizontal reference line between two `edges` of the x axis, last in the legend."""
    line = {"color": colour, "width": 1.5, "dash": "dot", **trace.pop("line", {})}
    style = {"mode": "lines", "line": line, "legendrank": 2_000, "hovertemplate": f"{name}<extra></extra>"}
    figure.add_scatter(x=list(edges), y=[value, value], name=name, **(style | trace))


def score_rows(figure: go.Figure, title: str, names: Sequence[str], tickformat: str = ".2f") -> go.Figure:
    """Set the axes of a figure with one row per name, the first on top, and return it."""
    figure.update_xaxes(title_text=title, showgrid=True, tickformat=tickformat, nticks=8)
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1], showgrid=True)
    return figure.update_layout(showlegend=True)
