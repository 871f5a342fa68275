"""Guesses of a lesson drawn into figures, runs by seed, and a live result over one computed before."""

import copy
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.intervals import estimate_bars
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, faint, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Estimate
from translearn_core.results.metric import Metric

GUESS = "your guess"


def seed_dots(
    scores: Mapping[str, Sequence[float]], metric: Metric, dark: bool = False, *, chance: float | None = None
) -> go.Figure:
    """Draw the test score of every run as a dot, one row an arm, and the mean as a line.

    `scores` are by arm, in the order of the seeds; `chance` is drawn as a dotted line.
    """
    figure, colours = bare("seeds", dark, height=130 + 80 * len(scores)), palette(dark)
    names = labels(scores, 44)
    for k, (name, values) in enumerate(zip(names, scores.values(), strict=True)):
        figure.add_scatter(
            x=list(values),
            y=[k] * len(values),
            customdata=[[seed] for seed in range(len(values))],
            name=name,
            mode="markers",
            marker={"size": 13, "symbol": class_symbol(k), "color": faint(class_colour(k, dark), 0.65),
                    "line": {"width": 1.5, "color": class_colour(k, dark)}},
            hovertemplate=f"{name}, run %{{customdata[0]}}: <b>%{{x:.3f}}</b><extra></extra>",
        )  # fmt: skip
        mean = float(np.mean(values))
        figure.add_scatter(
            x=[mean, mean], y=[k - 0.3, k + 0.3], name=f"{name}, mean", mode="lines", showlegend=False,
            line={"color": class_colour(k, dark), "width": 2}, hovertemplate="mean %{x:.3f}<extra></extra>",
        )  # fmt: skip
    if chance is not None:
        figure.add_vline(x=chance, line={"color": colours.muted, "width": 1.5, "dash": "dot"}, layer="below")
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=list(names), range=[len(names) - 0.5, -0.5], showgrid=False
    )
    figure.update_xaxes(title_text=f"test {metric.label}, one dot a run", tickformat=".2f", showgrid=True)
    return figure.update_layout(showlegend=False)


def estimates(
    measured: Mapping[str, Estimate], title: str, dark: bool = False, *, chosen: str | None = None
) -> go.Figure:
    """Draw estimates with their intervals, one row a label; `chosen` is marked as the guess."""
    figure, colours = bare("estimates", dark, height=110 + 46 * max(2, len(measured))), palette(dark)
    names = dict(zip(measured, labels(measured, 44), strict=True))
    known = {name: one for name, one in measured.items() if np.isfinite(one.value)}
    figure.add_scatter(
        x=[one.value for one in known.values()],
        y=[names[name] for name in known],
        customdata=[[one.low, one.high] for one in known.values()],
        name="measured",
        mode="markers",
        marker={"size": 12, "color": colours.accent},
        error_x=estimate_bars(list(known.values()), faint(colours.accent, 0.7)) if known else None,
        hovertemplate="%{y}: <b>%{x:.2f}</b> (%{customdata[0]:.2f} to %{customdata[1]:.2f})<extra></extra>",
    )
    if chosen in known:
        figure.add_scatter(
            x=[known[chosen].value],
            y=[names[chosen]],
            name=GUESS,
            mode="markers",
            marker={"size": 22, "symbol": "circle-open", "color": colours.ink, "line": {"width": 3}},
            hovertemplate=f"{GUESS}<extra></extra>",
        )
    figure.update_xaxes(title_text=f"{title}, 95 % interval", showgrid=True, rangemode="tozero")
    figure.update_yaxes(type="category", autorange="reversed", categoryarray=list(names.values()))
    return figure.update_layout(showlegend=chosen in known)


def guessed_span(figure: go.Figure, start: float, end: float, dark: bool = False) -> go.Figure:
    """Shade what was guessed, from `start` to `end` along the x axis."""
    colour = palette(dark).ink
    figure.add_vrect(
        x0=start, x1=end, fillcolor=faint(colour, 0.18), line={"color": colour, "width": 1, "dash": "dash"},
        layer="below", annotation={"text": GUESS, "font": {"color": colour}}, annotation_position="top left",
    )  # fmt: skip
    _include(figure, "x", (start, end))
    return figure.update_layout(margin_t=30)


def guessed_line(figure: go.Figure, value: float, dark: bool = False) -> go.Figure:
    """Draw a guessed value of the x axis as a vertical line, its label towards what was measured."""
    colour = palette(dark).ink
    measured = [float(x) for trace in figure.data for x in _places(trace)]
    left = bool(measured) and value >= max(measured)
    figure.add_vline(
        x=value, line={"color": colour, "width": 2, "dash": "dash"},
        annotation={"text": GUESS, "font": {"color": colour}, "xanchor": "right" if left else "left"},
        annotation_position="top left",
    )  # fmt: skip
    _include(figure, "x", (value,))
    return figure.update_layout(margin_t=30)


def _places(trace: go.Scatter) -> Sequence[float]:
    return () if trace.x is None else trace.x


def guessed_size(figure: go.Figure, size: float, dark: bool = False) -> go.Figure:
    """Draw a guessed number of labels on a logarithmic axis, widened to it and with a tick of its own."""
    colour, values = palette(dark).ink, [y for trace in figure.data for y in trace.y if np.isfinite(y)]
    figure.add_scatter(
        x=[size, size], y=[min(values), max(values)], name=GUESS, mode="lines",
        line={"color": colour, "width": 2, "dash": "dash"},
        hovertemplate=f"{GUESS}: <b>%{{x:,.0f}}</b> labels<extra></extra>",
    )  # fmt: skip
    _include(figure, "x", [float(np.log10(size))])
    axis = figure.layout.xaxis
    if all(max(size, tick) > 1.4 * min(size, tick) for tick in axis.tickvals):  # else labels overlap
        axis.update(tickvals=[*axis.tickvals, size], ticktext=[*axis.ticktext, f"{size:,.0f}"])
    return figure.update_layout(showlegend=True)


def guessed_curve(
    figure: go.Figure, x: Sequence[float | str], y: Sequence[float], dark: bool = False
) -> go.Figure:
    """Draw a guessed line."""
    colour = palette(dark).ink
    figure.add_scatter(
        x=list(x), y=list(y), name=GUESS, mode="lines+markers",
        line={"color": colour, "width": 3, "dash": "dash"}, marker={"size": 9, "symbol": "x"},
        hovertemplate=f"{GUESS}: <b>%{{y:.2f}}</b><extra></extra>",
    )  # fmt: skip
    _include(figure, "y", y)
    return figure.update_layout(showlegend=True)


def _include(figure: go.Figure, axis: str, values: Sequence[float]) -> None:
    """Widen an axis so that guesses lie inside it, be its range fixed or found by the browser."""
    shown = figure.layout[f"{axis}axis"]
    if shown.range is None:  # of shapes the browser knows nothing
        shown.autorangeoptions.include = list(values)
        return
    start, end = shown.range
    room = 0.04 * (max(end, *values) - min(start, *values))
    shown.range = (
        start if start <= min(values) else min(values) - room,
        end if max(values) <= end else max(values) + room,
    )


def drawn_curve(
    points: Sequence[str],
    values: Sequence[float],
    limits: tuple[float, float],
    titles: tuple[str, str],
    dark: bool = False,
) -> go.Figure:
    """Draw a guessed line alone, while it is made; `titles` are those of both axes."""
    figure = guessed_curve(bare("guess", dark, height=280), list(points), values, dark)
    figure.update_yaxes(range=list(limits), title_text=titles[1])
    return figure.update_xaxes(type="category", title_text=titles[0]).update_layout(showlegend=False)


def overlay(figure: go.Figure, live: go.Figure, *, shift: float = 0.0) -> go.Figure:
    """Lay the lines and dots of a `live` figure over those of `figure`, dotted and open.

    `shift` moves the dots of rows down, by so much of a row.
    """
    for trace in live.data:
        if trace.type != "scatter" or trace.hoverinfo == "skip" or not trace.name:
            continue
        added = copy.deepcopy(trace)
        added.update(name=f"live: {trace.name}", legendgroup="live")
        if "lines" in (trace.mode or ""):
            added.line.dash = "dot"
        if "markers" in (trace.mode or ""):
            added.marker.update(symbol="diamond-open", size=11)
        if shift:
            added.y = [value + shift for value in trace.y]
        figure.add_trace(added)
    return figure.update_layout(showlegend=True)
