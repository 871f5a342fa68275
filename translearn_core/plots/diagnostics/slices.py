"""Scores of slices of the test rows, the weakest on top."""

import pandas as pd
import plotly.graph_objects as go

from translearn_core.plots.style.intervals import add_interval_dots, score_rows
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import Palette, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import ErrorAnalysis, Estimate, LabelErrors, NumberErrors

MOST_SLICES = 30
"""Number of slices drawn, the weakest first; the table has all."""


def slice_accuracies(analysis: ErrorAnalysis, dark: bool = False) -> go.Figure:
    """Draw the accuracy of each slice with its interval, and that of all test rows (see `_slice_dots`)."""
    figure = _slice_dots(
        analysis.slices,
        "accuracy",
        float(analysis.coverage["accuracy"].iloc[0]),  # threshold 0 covers every row
        "%{y}: <b>%{x:.1%}</b> right (%{customdata[0]:.1%} to %{customdata[1]:.1%})<br>"
        "against all others %{customdata[2]:+.1%} (%{customdata[3]:+.1%} to %{customdata[4]:+.1%})",
        "test accuracy, 95 % interval",
        dark,
    )
    return figure.update_xaxes(tickformat=".0%")


def slice_exact_shares(errors: LabelErrors, dark: bool = False) -> go.Figure:
    """Draw the share of rows with exactly their labels of each slice (see `_slice_dots`)."""
    return _slice_dots(
        errors.slices,
        "accuracy",
        errors.score.value,
        "%{y}: <b>%{x:.1%}</b> (%{customdata[0]:.1%} to %{customdata[1]:.1%})<br>"
        "against all others %{customdata[2]:+.1%} (%{customdata[3]:+.1%} to %{customdata[4]:+.1%})",
        "share with exactly their labels, 95 % interval",
        dark,
    )


def slice_errors(errors: NumberErrors, dark: bool = False) -> go.Figure:
    """Draw the mean absolute error of each slice with its interval (see `_slice_dots`)."""
    return _slice_dots(
        errors.slices,
        "error",
        errors.error,
        "%{y}: <b>%{x:.4g}</b> (%{customdata[0]:.4g} to %{customdata[1]:.4g})<br>"
        "against all others %{customdata[2]:+.4g} (%{customdata[3]:+.4g} to %{customdata[4]:+.4g})",
        "mean absolute error, 95 % interval",
        dark,
        lower_is_better=True,
    )


def _slice_dots(
    slices: pd.DataFrame,
    column: str,
    overall: float,
    hover: str,
    title: str,
    dark: bool,
    *,
    lower_is_better: bool = False,
) -> go.Figure:
    """Draw the score in `column` of each slice with its interval, and that of all test rows as a line.

    Diamonds differ from all other rows by more than chance. `hover` shows the ends of the interval, and the
    difference to the other rows with those of its interval, as custom data.
    """
    slices, colours = slices.head(MOST_SLICES), palette(dark)
    if slices.empty:
        return annotate_empty(bare("slices", dark, height=160), "There are no slices.", dark)
    figure = bare("slices", dark, height=130 + 28 * len(slices))
    titles = (f"{row['column']}: {row['slice']} ({row['rows']:,})" for _, row in slices.iterrows())
    slices = slices.assign(name=labels(titles, 46))
    figure.add_vline(x=overall, line={"color": colours.ink, "width": 1.2, "dash": "dash"}, layer="below")
    gain = -slices["difference"] if lower_is_better else slices["difference"]
    for kind, mask, colour, symbol in _kinds(slices["beyond chance"], gain, colours):
        part = slices[mask]
        estimates = [Estimate(*row) for row in part[[column, "low", "high"]].to_numpy(dtype=float)]
        details = part[["difference", "difference low", "difference high"]].to_numpy(dtype=float)
        add_interval_dots(
            figure, estimates, list(part["name"]), kind, colour, symbol, f"{hover}<extra></extra>",
            list(details),
        )  # fmt: skip
    return score_rows(figure, title, list(slices["name"]))


def _kinds(
    beyond: "pd.Series[bool]", gain: "pd.Series[float]", colours: Palette
) -> tuple[tuple[str, "pd.Series[bool]", str, str], ...]:
    """Return name, rows, colour and symbol of slices by their `gain` on all others and its significance."""
    below = gain < 0
    return (
        ("weaker by more than chance", beyond & below, colours.wrong, "diamond"),
        ("could be chance", ~beyond, colours.muted, "circle-open"),
        ("better by more than chance", beyond & ~below, colours.right, "diamond"),
    )
