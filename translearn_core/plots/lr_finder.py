"""Learning-rate finder: loss against a rising learning rate, with the suggested rate."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.palette import faint, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import LrFinderResult

MARGIN = 0.25
"""Margin above and below the relevant part of the curve, as a share of its height."""


def lr_finder(search: LrFinderResult, dark: bool = False) -> go.Figure:
    """Draw loss by rate (log): steps, their running mean, and lines at the current and the suggested rate.

    The loss axis covers the fall of the curve; a diverging loss leaves the figure.
    """
    figure, colours = bare("rate search", dark, height=340), palette(dark)
    figure.update_xaxes(
        title_text=f"learning rate of the {search.part}, log scale",
        type="log",
        dtick=1,
        exponentformat="power",
        showgrid=True,
    )
    figure.update_yaxes(title_text="loss", nticks=7)
    if len(search.rates) < 2:
        return annotate_empty(figure, "The loss ran away at once: there is no curve to draw.", dark)
    figure.add_scatter(
        x=search.rates,
        y=search.losses,
        name="each step",
        mode="lines",
        line={"color": faint(colours.train, 0.45), "width": 1},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=search.rates,
        y=search.smoothed,
        name="smoothed",
        mode="lines",
        line={"color": colours.validation, "width": 2.5},
        hovertemplate="rate %{x:.2g}: <b>%{y:.3f}</b><extra></extra>",
    )
    low, high = _loss_limits(search)
    lines = [("now", search.before, colours.muted, "dot")]
    if search.suggestion != search.before:
        lines.append(("suggested", search.suggestion, colours.tuned, "solid"))
    for name, rate, colour, dash in lines:
        figure.add_scatter(
            x=[rate, rate],
            y=[low, high],
            name=f"{name} {rate:.2g}",
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=f"{name}: <b>%{{x:.2g}}</b><extra></extra>",
        )
    figure.update_yaxes(range=[low, high])
    return figure


def _loss_limits(search: LrFinderResult) -> tuple[float, float]:
    """Return the limits of the loss axis: the curve up to its minimum, with a margin."""
    curve = np.asarray(search.smoothed)
    fall = curve[: curve.argmin() + 1]
    low, high = float(fall.min()), float(max(fall.max(), curve[: max(2, len(curve) // 10)].max()))
    margin = MARGIN * max(high - low, 0.1 * high)
    return low - margin, high + margin
