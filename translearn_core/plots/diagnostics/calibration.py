"""Reliability diagram, risk-coverage curve and accuracy by slice."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style.intervals import add_interval_dots, band, error_bars, outline, score_rows
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import Palette, faint, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import ErrorAnalysis, Estimate

MOST_SLICES = 30
"""Number of slices drawn, the weakest first; the table has all."""
SHARE_AXIS = {"range": [0, 1.02], "tickformat": ".0%", "nticks": 6}


def reliability_diagram(analysis: ErrorAnalysis, dark: bool = False) -> go.Figure:
    """Draw accuracy by confidence bin with the diagonal, and below it the number of test rows per bin.

    Bars are the unscaled model with 95 % intervals; diamonds the temperature-scaled probabilities.
    """
    figure, colours = bare("reliability", dark, height=480), palette(dark)
    filled = analysis.bins[analysis.bins["rows"] > 0]
    raw, scaled = (filled[filled["which"] == which] for which in ("raw", "scaled"))
    width = analysis.bins["to"].iloc[0] - analysis.bins["from"].iloc[0]
    middle = (raw["from"] + raw["to"]) / 2
    figure.add_bar(
        x=middle,
        y=raw["accuracy"],
        width=0.92 * width,
        customdata=_hover_data(raw),
        name="as it is",
        marker={"color": faint(colours.pretrained, 0.55), "line_width": 0},
        error_y=error_bars(raw["accuracy"], raw["low"], raw["high"], faint(colours.ink, 0.55), width=4),
        hovertemplate=_hover_template("as it is"),
    )
    figure.add_scatter(
        x=scaled["confidence"],
        y=scaled["accuracy"],
        customdata=_hover_data(scaled),
        name=f"scaled by the temperature {analysis.scaled.temperature:.2f}",
        mode="markers",
        marker={"size": 10, "symbol": "diamond", "color": colours.tuned},
        error_y=error_bars(
            scaled["accuracy"], scaled["low"], scaled["high"], faint(colours.tuned, 0.6), width=0
        ),
        hovertemplate=_hover_template("scaled"),
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        name="perfect calibration",
        mode="lines",
        line={"color": colours.ink, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )
    _add_row_counts(figure, raw, "as it is", colours.pretrained, -1)
    _add_row_counts(figure, scaled, "scaled", colours.tuned, 1)
    figure.update_xaxes(title_text="confidence (how sure the model is)", **SHARE_AXIS, anchor="y2")
    figure.update_layout(
        barmode="overlay",
        xaxis_range=[-0.01, 1.01],
        yaxis={**SHARE_AXIS, "domain": [0.3, 1], "title_text": "accuracy (how often it is right)"},
        yaxis2={"domain": [0, 0.2], "title_text": "rows", "rangemode": "tozero", "nticks": 4},
    )
    return figure


def _add_row_counts(figure: go.Figure, bins: pd.DataFrame, name: str, colour: str, side: int) -> None:
    """Draw the rows of each bin in the lower panel, on the left (-1) or right (1) `side` of its middle."""
    width = bins["to"] - bins["from"]
    figure.add_bar(
        x=(bins["from"] + bins["to"]) / 2 + side * 0.22 * width,
        y=bins["rows"],
        width=0.4 * width,
        name=f"rows, {name}",
        showlegend=False,
        yaxis="y2",
        marker={"color": faint(colour, 0.8), "line_width": 0},
        hovertemplate=f"{name}: <b>%{{y:,}}</b> rows<extra></extra>",
    )


def risk_coverage_curve(
    analysis: ErrorAnalysis, threshold: float | None = None, dark: bool = False
) -> go.Figure:
    """Draw coverage, and accuracy on the covered test rows, by confidence threshold.

    `threshold` is marked on both lines.
    """
    figure, colours = bare("coverage", dark, height=380), palette(dark)
    curve = analysis.coverage
    answered = curve[curve["accuracy"].notna()]
    figure.add_scatter(
        **outline(answered["threshold"].to_numpy(), answered["low"].to_numpy(), answered["high"].to_numpy()),
        name="interval",
        **band(colours.right),
    )
    marked = None if threshold is None else curve.iloc[int((curve["threshold"] - threshold).abs().argmin())]
    for column, name, colour, dash in (
        ("accuracy", "of these answers right", colours.right, "solid"),
        ("coverage", "answered", colours.muted, "dash"),
    ):
        figure.add_scatter(
            x=answered["threshold"],
            y=answered[column],
            customdata=answered[["coverage", "accuracy", "low", "high"]],
            name=name,
            mode="lines",
            line={"color": colour, "width": 2.5, "dash": dash},
            hovertemplate="at least %{x:.0%} sure: <b>%{customdata[0]:.1%}</b> answered, <b>"
            "%{customdata[1]:.1%}</b> of them right (%{customdata[2]:.1%} to %{customdata[3]:.1%})"
            "<extra></extra>",
        )
        if marked is not None:
            figure.add_scatter(
                x=[marked["threshold"]],
                y=[marked[column]],
                name=f"{name} here",
                showlegend=False,
                mode="markers",
                marker={"size": 11, "symbol": "diamond", "color": colour},
                hoverinfo="skip",
            )
    if marked is not None:
        line = {"color": colours.tuned, "width": 1.5, "dash": "dot"}
        figure.add_vline(x=float(marked["threshold"]), line=line, layer="below")
    figure.update_xaxes(
        title_text="confidence threshold: answer only when at least so sure", range=[0, 1], tickformat=".0%"
    )
    figure.update_yaxes(title_text="share of the test rows, 95 % interval", **SHARE_AXIS)
    return figure


def slice_accuracies(analysis: ErrorAnalysis, dark: bool = False) -> go.Figure:
    """Draw the accuracy of each slice with its interval, the weakest on top, and that of all test rows.

    Diamonds differ from all other rows by more than chance.
    """
    slices, colours = analysis.slices.head(MOST_SLICES), palette(dark)
    if slices.empty:
        return annotate_empty(bare("slices", dark, height=160), "There are no slices.", dark)
    figure = bare("slices", dark, height=130 + 28 * len(slices))
    titles = (f"{row['column']}: {row['slice']} ({row['rows']:,})" for _, row in slices.iterrows())
    slices = slices.assign(name=labels(titles, 46))
    overall = float(analysis.coverage["accuracy"].iloc[0])  # threshold 0 covers every row
    figure.add_vline(x=overall, line={"color": colours.ink, "width": 1.2, "dash": "dash"}, layer="below")
    hover = (
        "%{y}: <b>%{x:.1%}</b> right (%{customdata[0]:.1%} to %{customdata[1]:.1%})<br>"
        "against all others %{customdata[2]:+.1%} (%{customdata[3]:+.1%} to %{customdata[4]:+.1%})"
        "<extra></extra>"
    )
    for kind, mask, colour, symbol in slice_kinds(slices, slices["difference"], colours):
        part = slices[mask]
        estimates = [Estimate(*row) for row in part[["accuracy", "low", "high"]].to_numpy(dtype=float)]
        details = part[["difference", "difference low", "difference high"]].to_numpy(dtype=float)
        add_interval_dots(figure, estimates, list(part["name"]), kind, colour, symbol, hover, list(details))
    return score_rows(figure, "test accuracy, 95 % interval", list(slices["name"]), ".0%")


def _hover_data(bins: pd.DataFrame) -> NDArray[np.float64]:
    return bins[["confidence", "low", "high", "rows"]].to_numpy(dtype=float)


def _hover_template(name: str) -> str:
    return (
        f"{name}, %{{customdata[0]:.1%}} sure: <b>%{{y:.1%}}</b> right (%{{customdata[1]:.1%}} to "
        "%{customdata[2]:.1%})<br>%{customdata[3]:,} rows<extra></extra>"
    )


def slice_kinds(
    slices: pd.DataFrame, gain: "pd.Series[float]", colours: Palette
) -> tuple[tuple[str, "pd.Series[bool]", str, str], ...]:
    """Return name, rows, colour and symbol of slices by their `gain` on all others and its significance."""
    beyond, below = slices["beyond chance"], gain < 0
    return (
        ("weaker by more than chance", beyond & below, colours.wrong, "diamond"),
        ("could be chance", ~beyond, colours.muted, "circle-open"),
        ("better by more than chance", beyond & ~below, colours.right, "diamond"),
    )
