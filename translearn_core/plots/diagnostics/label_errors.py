"""Reliability of the probabilities of several labels, and shares of exactly right rows of slices."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.diagnostics.calibration import MOST_SLICES, SHARE_AXIS, slice_kinds
from translearn_core.plots.style.intervals import add_interval_dots, error_bars, score_rows
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import faint, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import Estimate, LabelErrors


def label_reliability(errors: LabelErrors, dark: bool = False) -> go.Figure:
    """Draw the share of texts that have a label by its probability, and below it the number of decisions.

    Decisions of all labels are taken together; on the dashed line probability and share are equal.
    """
    figure, colours = bare("label reliability", dark, height=480), palette(dark)
    filled = errors.bins[errors.bins["rows"] > 0]
    middle, width = (filled["from"] + filled["to"]) / 2, filled["to"] - filled["from"]
    figure.add_bar(
        x=middle,
        y=filled["accuracy"],
        width=0.92 * width,
        customdata=np.column_stack([filled["confidence"], filled["rows"], filled["low"], filled["high"]]),
        name="have the label",
        marker={"color": faint(colours.pretrained, 0.55), "line_width": 0},
        error_y=error_bars(
            filled["accuracy"], filled["low"], filled["high"], faint(colours.ink, 0.55), width=4
        ),
        hovertemplate="probability %{customdata[0]:.1%}: <b>%{y:.1%}</b> have the label "
        "(%{customdata[2]:.1%} to %{customdata[3]:.1%})<br>%{customdata[1]:,} decisions<extra></extra>",
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        name="perfect calibration",
        mode="lines",
        line={"color": colours.ink, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_bar(
        x=middle,
        y=filled["rows"],
        width=0.6 * width,
        name="decisions",
        showlegend=False,
        yaxis="y2",
        marker={"color": faint(colours.pretrained, 0.8), "line_width": 0},
        hovertemplate="<b>%{y:,}</b> decisions<extra></extra>",
    )
    figure.update_xaxes(title_text="probability of the label", **SHARE_AXIS, anchor="y2")
    figure.update_layout(
        barmode="overlay",
        xaxis_range=[-0.01, 1.01],
        yaxis={**SHARE_AXIS, "domain": [0.3, 1], "title_text": "share that have it"},
        yaxis2={"domain": [0, 0.2], "title_text": "decisions", "type": "log", "nticks": 4},
    )
    return figure


def slice_exact_shares(errors: LabelErrors, dark: bool = False) -> go.Figure:
    """Draw the share of rows with exactly their labels of each slice, the weakest on top.

    Diamonds differ from all other rows by more than chance.
    """
    slices, colours = errors.slices.head(MOST_SLICES), palette(dark)
    if slices.empty:
        return annotate_empty(bare("slices", dark, height=160), "There are no slices.", dark)
    figure = bare("slices", dark, height=130 + 28 * len(slices))
    titles = (f"{row['column']}: {row['slice']} ({row['rows']:,})" for _, row in slices.iterrows())
    slices = slices.assign(name=labels(titles, 46))
    line = {"color": colours.ink, "width": 1.2, "dash": "dash"}
    figure.add_vline(x=errors.score.value, line=line, layer="below")
    hover = (
        "%{y}: <b>%{x:.1%}</b> (%{customdata[0]:.1%} to %{customdata[1]:.1%})<br>against all others "
        "%{customdata[2]:+.1%} (%{customdata[3]:+.1%} to %{customdata[4]:+.1%})<extra></extra>"
    )
    for kind, mask, colour, symbol in slice_kinds(slices, slices["difference"], colours):
        part = slices[mask]
        estimates = [Estimate(*row) for row in part[["accuracy", "low", "high"]].to_numpy(dtype=float)]
        details = part[["difference", "difference low", "difference high"]].to_numpy(dtype=float)
        add_interval_dots(figure, estimates, list(part["name"]), kind, colour, symbol, hover, list(details))
    return score_rows(figure, "share with exactly their labels, 95 % interval", list(slices["name"]))
