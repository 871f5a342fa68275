"""What a confidence is worth, what keeping silent buys, and which parts of the test rows a run is weak on."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style.intervals import band, error_bars, outline
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import Palette, faint, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import ErrorAnalysis

MOST_SLICES = 30
"""So many slices are drawn, the weakest ones; the table has all."""
LEVELS = {"range": [0, 1.02], "tickformat": ".0%", "nticks": 6}


def reliability_diagram(trust: ErrorAnalysis, dark: bool = False) -> go.Figure:
    """Draw accuracy by confidence beside the diagonal, and below it how many test rows each bar stands on.

    Bars are the model as it is, with the 95 % interval of their accuracy; diamonds the scaled probabilities.
    """
    figure, colours = bare("reliability", dark, height=480), palette(dark)
    raw, scaled = (_filled(trust.bins, which) for which in ("raw", "scaled"))
    whole, looks = trust.bins["to"].iloc[0] - trust.bins["from"].iloc[0], (colours.pretrained, colours.tuned)
    middle = (raw["from"] + raw["to"]) / 2
    figure.add_bar(
        x=middle,
        y=raw["accuracy"],
        width=0.92 * whole,
        customdata=_facts(raw),
        name="as it is",
        marker={"color": faint(looks[0], 0.55), "line_width": 0},
        error_y=error_bars(raw["accuracy"], raw["low"], raw["high"], faint(colours.ink, 0.55), width=4),
        hovertemplate=_told("as it is"),
    )
    figure.add_scatter(
        x=scaled["confidence"],
        y=scaled["accuracy"],
        customdata=_facts(scaled),
        name=f"scaled by the temperature {trust.scaled.temperature:.2f}",
        mode="markers",
        marker={"size": 10, "symbol": "diamond", "color": looks[1]},
        error_y=error_bars(scaled["accuracy"], scaled["low"], scaled["high"], faint(looks[1], 0.6), width=0),
        hovertemplate=_told("scaled"),
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        name="as sure as right",
        mode="lines",
        line={"color": colours.ink, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )
    for name, some, colour, side in (("as it is", raw, looks[0], -1), ("scaled", scaled, looks[1], 1)):
        figure.add_bar(
            x=(some["from"] + some["to"]) / 2 + side * 0.22 * whole,
            y=some["rows"],
            width=0.4 * whole,
            name=f"rows, {name}",
            showlegend=False,
            yaxis="y2",
            marker={"color": faint(colour, 0.8), "line_width": 0},
            hovertemplate=f"{name}: <b>%{{y:,}}</b> rows<extra></extra>",
        )
    figure.update_xaxes(title_text="how sure the model is", **LEVELS, anchor="y2")
    figure.update_layout(
        barmode="overlay",
        xaxis_range=[-0.01, 1.01],
        yaxis={**LEVELS, "domain": [0.3, 1], "title_text": "how often it is right"},
        yaxis2={"domain": [0, 0.2], "title_text": "rows", "rangemode": "tozero", "nticks": 4},
    )
    return figure


def risk_coverage_curve(
    trust: ErrorAnalysis, threshold: float | None = None, dark: bool = False
) -> go.Figure:
    """Draw, for every threshold, how many test rows are answered and how many of those answers are right.

    `threshold` is marked on both lines.
    """
    figure, colours = bare("coverage", dark, height=380), palette(dark)
    curve = trust.coverage
    some = curve[curve["accuracy"].notna()]
    figure.add_scatter(
        **outline(some["threshold"].to_numpy(), some["low"].to_numpy(), some["high"].to_numpy()),
        name="interval",
        **band(colours.right),
    )
    at = None if threshold is None else curve.iloc[int((curve["threshold"] - threshold).abs().argmin())]
    for column, name, colour, dash in (
        ("accuracy", "of these answers right", colours.right, "solid"),
        ("coverage", "answered", colours.muted, "dash"),
    ):
        figure.add_scatter(
            x=some["threshold"],
            y=some[column],
            customdata=some[["coverage", "accuracy", "low", "high"]],
            name=name,
            mode="lines",
            line={"color": colour, "width": 2.5, "dash": dash},
            hovertemplate="at least %{x:.0%} sure: <b>%{customdata[0]:.1%}</b> answered, <b>"
            "%{customdata[1]:.1%}</b> of them right (%{customdata[2]:.1%} to %{customdata[3]:.1%})"
            "<extra></extra>",
        )
        if at is not None:
            figure.add_scatter(
                x=[at["threshold"]],
                y=[at[column]],
                name=f"{name} here",
                showlegend=False,
                mode="markers",
                marker={"size": 11, "symbol": "diamond", "color": colour},
                hoverinfo="skip",
            )
    if at is not None:
        line = {"color": colours.tuned, "width": 1.5, "dash": "dot"}
        figure.add_vline(x=float(at["threshold"]), line=line, layer="below")
    figure.update_xaxes(title_text="answer only when at least so sure", range=[0, 1], tickformat=".0%")
    figure.update_yaxes(title_text="share of the test rows, 95 % interval", **LEVELS)
    return figure


def slice_accuracies(trust: ErrorAnalysis, dark: bool = False) -> go.Figure:
    """Draw the accuracy of every slice with its interval, the weakest on top, and that of all test rows.

    Diamonds differ from all other rows by more than chance, open circles could be chance.
    """
    some, colours = trust.slices.head(MOST_SLICES), palette(dark)
    if some.empty:
        return annotate_empty(bare("slices", dark, height=160), "There are no slices.", dark)
    figure = bare("slices", dark, height=130 + 28 * len(some))
    told = (f"{one['column']}: {one['slice']} ({one['rows']:,})" for _, one in some.iterrows())
    some = some.assign(name=labels(told, 46))
    everything = float(trust.coverage["accuracy"].iloc[0])  # at a threshold of 0 every row is answered
    figure.add_vline(x=everything, line={"color": colours.ink, "width": 1.2, "dash": "dash"}, layer="below")
    for kind, mask, colour, symbol in _kinds(some, colours):
        part = some[mask]
        if part.empty:
            continue
        figure.add_scatter(
            x=part["accuracy"],
            y=part["name"],
            customdata=part[["low", "high", "difference", "difference low", "difference high", "rows"]],
            name=kind,
            mode="markers",
            marker={"size": 10, "symbol": symbol, "color": colour, "line": {"width": 2, "color": colour}},
            error_x=error_bars(part["accuracy"], part["low"], part["high"], faint(colour, 0.7)),
            hovertemplate="%{y}: <b>%{x:.1%}</b> right (%{customdata[0]:.1%} to %{customdata[1]:.1%})<br>"
            "against all others %{customdata[2]:+.1%} (%{customdata[3]:+.1%} to %{customdata[4]:+.1%})"
            "<extra></extra>",
        )
    figure.update_xaxes(title_text="test accuracy, 95 % interval", showgrid=True, tickformat=".0%", nticks=8)
    names = some["name"].tolist()
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1], showgrid=True)
    figure.update_layout(showlegend=True)
    return figure


def _filled(bins: pd.DataFrame, which: str) -> pd.DataFrame:
    return bins[(bins["which"] == which) & (bins["rows"] > 0)]


def _facts(bins: pd.DataFrame) -> NDArray[np.float64]:
    return bins[["confidence", "low", "high", "rows"]].to_numpy(dtype=float)


def _told(name: str) -> str:
    return (
        f"{name}, %{{customdata[0]:.1%}} sure: <b>%{{y:.1%}}</b> right (%{{customdata[1]:.1%}} to "
        "%{customdata[2]:.1%})<br>%{customdata[3]:,} rows<extra></extra>"
    )


def _kinds(slices: pd.DataFrame, colours: Palette) -> tuple[tuple[str, "pd.Series[bool]", str, str], ...]:
    beyond, below = slices["beyond chance"], slices["difference"] < 0
    return (
        ("weaker by more than chance", beyond & below, colours.wrong, "diamond"),
        ("could be chance", ~beyond, colours.muted, "circle-open"),
        ("better by more than chance", beyond & ~below, colours.right, "diamond"),
    )
