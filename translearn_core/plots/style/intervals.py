"""Uncertainty intervals: error bars and bands."""

from collections.abc import Sequence
from typing import Any

import numpy as np
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


def score_axis(metric: Metric) -> dict[str, Any]:
    """Return the settings of an axis of test scores."""
    return {"title_text": f"test {metric.label}, 95 % interval", "tickformat": ".2f", "nticks": 8}


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
