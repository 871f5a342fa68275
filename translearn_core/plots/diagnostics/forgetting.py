"""Catastrophic forgetting: changes around a zero line, losses on its left."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from translearn_core.plots.style.intervals import error_bars
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import Palette, faint, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Forgetting
from translearn_core.results.diagnostics.forgetting import ORDER

LINE, GAP = 46, 62
"""Pixels per change, and between the axes of two units."""

TITLES = {
    "rank correlation": "change of rank correlation",
    "nats a word": "fall of the loss, nats a word",
}
"""Axis titles of units other than the metrics of earlier tasks."""


def forgetting_bars(result: Forgetting, dark: bool = False) -> go.Figure:
    """Draw each change with its interval: earlier tasks, sentence similarity, masked words.

    Each unit has its own axis; a loss is on the left. The interval of a diamond excludes zero, that of an
    open circle includes it.
    """
    changes, colours = result.changes(), palette(dark)
    units = [group for _, group in changes.groupby("unit", sort=False)]
    height = 60 + LINE * len(changes) + GAP * len(units)
    figure = bare("forgotten", dark, height=height)
    top = 1.0
    for number, group in enumerate(units, 1):
        bottom = max(0.0, top - LINE / height * len(group))
        _add_unit(figure, group, colours, "" if number == 1 else str(number), (bottom, top))
        top = bottom - GAP / height
    figure.update_layout(showlegend=False, margin={"t": 20})
    return figure


def _add_unit(
    figure: go.Figure, changes: pd.DataFrame, colours: Palette, suffix: str, domain: tuple[float, float]
) -> None:
    """Add the changes of one unit on its own axes."""
    x, y = f"x{suffix}", f"y{suffix}"
    names = labels(changes["what"], 28)
    ends = changes[["change", "low", "high"]].to_numpy(dtype=float)
    unit = changes["unit"].iloc[0]
    title = TITLES.get(unit, f"change of test {unit}, head fitted anew")
    limit = 1.25 * (float(np.nanmax(np.abs(ends), initial=0.0)) or 0.01)
    marks = [
        _mark(what, low, high, colours) for what, (_, low, high) in zip(changes["what"], ends, strict=True)
    ]
    span = {"xref": x, "yref": f"{y} domain", "y0": 0, "y1": 1, "layer": "below"}
    shade = faint(colours.wrong, 0.07)
    figure.add_shape(type="rect", x0=-limit, x1=0, fillcolor=shade, line_width=0, **span)
    figure.add_shape(type="line", x0=0, x1=0, line={"color": colours.ink, "width": 1.5}, **span)
    figure.add_scatter(
        x=ends[:, 0],
        y=names,
        customdata=ends[:, 1:],
        mode="markers",
        marker={
            "size": 12,
            "color": [colour for colour, _ in marks],
            "symbol": [symbol for _, symbol in marks],
            "line": {"width": 2, "color": [colour for colour, _ in marks]},
        },
        error_x=error_bars(ends[:, 0], ends[:, 1], ends[:, 2], faint(colours.muted, 0.9)),
        xaxis=x,
        yaxis=y,
        hovertemplate="%{y}: <b>%{x:+.3f}</b> (%{customdata[0]:+.3f} to %{customdata[1]:+.3f})"
        "<extra></extra>",
    )
    figure.update_layout(
        {
            f"xaxis{suffix}": {
                "anchor": y,
                "range": [-limit, limit],
                "title": {
                    "text": f"← lost · {title} · gained →",
                },
                "tickformat": "+~g",
                "nticks": 5,
            },
            f"yaxis{suffix}": {
                "anchor": x,
                "domain": list(domain),
                "type": "category",
                "categoryorder": "array",
                "categoryarray": names[::-1],
                "range": [-0.5, len(names) - 0.5],
                "showgrid": False,
            },
        }
    )


def _mark(what: str, low: float, high: float, colours: Palette) -> tuple[str, str]:
    """Return colour and symbol of a change; a changed order is neither loss nor gain."""
    if what == ORDER:
        return colours.pretrained, "square"
    if high < 0:
        return colours.wrong, "diamond"
    return (colours.right, "diamond") if low > 0 else (colours.muted, "circle-open")
