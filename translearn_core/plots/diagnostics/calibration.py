"""Reliability diagrams of classes and labels, and the risk-coverage curve."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style.intervals import band, error_bars, outline
from translearn_core.plots.style.palette import Palette, faint, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import ErrorAnalysis, LabelErrors

SHARE_AXIS = {"range": [0, 1.02], "tickformat": ".0%", "nticks": 6}


def reliability_diagram(analysis: ErrorAnalysis, dark: bool = False) -> go.Figure:
    """Draw accuracy by confidence bin with the diagonal, and below it the number of test rows per bin.

    Bars are the unscaled model with 95 % intervals; diamonds the temperature-scaled probabilities.
    """
    figure, colours = bare("reliability", dark, height=480), palette(dark)
    filled = analysis.bins[analysis.bins["rows"] > 0]
    raw, scaled = (filled[filled["which"] == which] for which in ("raw", "scaled"))
    _add_share_bars(figure, raw, "as it is", _hover_template("as it is"), colours)
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
    _add_diagonal(figure, colours)
    _add_row_counts(figure, raw, "as it is", colours.pretrained, -1)
    _add_row_counts(figure, scaled, "scaled", colours.tuned, 1)
    _set_axes(figure, "confidence (how sure the model is)", "accuracy (how often it is right)")
    return figure.update_layout(yaxis2={"title_text": "rows", "rangemode": "tozero"})


def label_reliability(errors: LabelErrors, dark: bool = False) -> go.Figure:
    """Draw the share of texts that have a label by its probability, and below it the number of decisions.

    Decisions of all labels are taken together; on the dashed line probability and share are equal.
    """
    figure, colours = bare("label reliability", dark, height=480), palette(dark)
    filled = errors.bins[errors.bins["rows"] > 0]
    hover = (
        "probability %{customdata[0]:.1%}: <b>%{y:.1%}</b> have the label (%{customdata[1]:.1%} to "
        "%{customdata[2]:.1%})<br>%{customdata[3]:,} decisions<extra></extra>"
    )
    _add_share_bars(figure, filled, "have the label", hover, colours)
    _add_diagonal(figure, colours)
    width = filled["to"] - filled["from"]
    figure.add_bar(
        x=(filled["from"] + filled["to"]) / 2,
        y=filled["rows"],
        width=0.6 * width,
        name="decisions",
        showlegend=False,
        yaxis="y2",
        marker={"color": faint(colours.pretrained, 0.8), "line_width": 0},
        hovertemplate="<b>%{y:,}</b> decisions<extra></extra>",
    )
    _set_axes(figure, "probability of the label", "share that have it")
    return figure.update_layout(yaxis2={"title_text": "decisions", "type": "log"})


def _add_share_bars(figure: go.Figure, bins: pd.DataFrame, name: str, hover: str, colours: Palette) -> None:
    """Draw the share of right predictions of each bin with its 95 % interval."""
    figure.add_bar(
        x=(bins["from"] + bins["to"]) / 2,
        y=bins["accuracy"],
        width=0.92 * (bins["to"] - bins["from"]),
        customdata=_hover_data(bins),
        name=name,
        marker={"color": faint(colours.pretrained, 0.55), "line_width": 0},
        error_y=error_bars(bins["accuracy"], bins["low"], bins["high"], faint(colours.ink, 0.55), width=4),
        hovertemplate=hover,
    )


def _add_diagonal(figure: go.Figure, colours: Palette) -> None:
    """Draw the line of perfect calibration."""
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        name="perfect calibration",
        mode="lines",
        line={"color": colours.ink, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )


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


def _set_axes(figure: go.Figure, probability: str, share: str) -> None:
    """Set the axes of a reliability diagram: shares in the upper panel, counts in the lower one."""
    figure.update_xaxes(title_text=probability, **SHARE_AXIS, anchor="y2")
    figure.update_layout(
        barmode="overlay",
        xaxis_range=[-0.01, 1.01],
        yaxis={**SHARE_AXIS, "domain": [0.3, 1], "title_text": share},
        yaxis2={"domain": [0, 0.2], "nticks": 4},
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


def _hover_data(bins: pd.DataFrame) -> NDArray[np.float64]:
    return bins[["confidence", "low", "high", "rows"]].to_numpy(dtype=float)


def _hover_template(name: str) -> str:
    return (
        f"{name}, %{{customdata[0]:.1%}} sure: <b>%{{y:.1%}}</b> right (%{{customdata[1]:.1%}} to "
        "%{customdata[2]:.1%})<br>%{customdata[3]:,} rows<extra></extra>"
    )
