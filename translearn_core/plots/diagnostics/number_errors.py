"""Coverage of conformal intervals by level, and mean absolute errors of slices."""

import plotly.graph_objects as go

from translearn_core.plots.diagnostics.calibration import MOST_SLICES, slice_kinds
from translearn_core.plots.style.intervals import add_interval_dots, add_interval_line, score_rows
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import Estimate, NumberErrors


def interval_coverage(errors: NumberErrors, dark: bool = False) -> go.Figure:
    """Draw the share of test rows inside the intervals by their level; on the dashed line both are equal."""
    figure, colours, table = bare("interval coverage", dark, height=380), palette(dark), errors.coverage
    if table.empty:
        return annotate_empty(figure, "There are too few validation rows for an interval.", dark)
    level, coverage, low, high, width = table.to_numpy(dtype=float)[:, [0, 2, 3, 4, 1]].T
    add_interval_line(
        figure,
        level,
        coverage,
        low,
        high,
        "test rows inside",
        colours.test,
        "level %{x:.0%}: <b>%{y:.1%}</b> inside (%{customdata[0]:.1%} to %{customdata[1]:.1%})<br>"
        "prediction ± %{customdata[2]:.4g}<extra></extra>",
        details=[width],
    )
    ends = [float(table["level"].min()), float(table["level"].max())]
    figure.add_scatter(
        x=ends, y=ends, name="as promised", mode="lines", hoverinfo="skip",
        line={"color": colours.muted, "width": 1, "dash": "dash"},
    )  # fmt: skip
    figure.update_xaxes(title_text="level of the interval", tickformat=".0%")
    figure.update_yaxes(title_text="share of the test rows inside, 95 % interval", tickformat=".0%")
    return figure


def slice_errors(errors: NumberErrors, dark: bool = False) -> go.Figure:
    """Draw the mean absolute error of each slice with its interval, the weakest on top.

    Diamonds differ from all other rows by more than chance.
    """
    slices, colours = errors.slices.head(MOST_SLICES), palette(dark)
    if slices.empty:
        return annotate_empty(bare("slices", dark, height=160), "There are no slices.", dark)
    figure = bare("slice errors", dark, height=130 + 28 * len(slices))
    titles = (f"{row['column']}: {row['slice']} ({row['rows']:,})" for _, row in slices.iterrows())
    slices = slices.assign(name=labels(titles, 46))
    figure.add_vline(x=errors.error, line={"color": colours.ink, "width": 1.2, "dash": "dash"}, layer="below")
    hover = (
        "%{y}: <b>%{x:.4g}</b> (%{customdata[0]:.4g} to %{customdata[1]:.4g})<br>"
        "against all others %{customdata[2]:+.4g} (%{customdata[3]:+.4g} to %{customdata[4]:+.4g})"
        "<extra></extra>"
    )
    for kind, mask, colour, symbol in slice_kinds(slices, -slices["difference"], colours):
        part = slices[mask]
        estimates = [Estimate(*row) for row in part[["error", "low", "high"]].to_numpy(dtype=float)]
        details = part[["difference", "difference low", "difference high"]].to_numpy(dtype=float)
        add_interval_dots(figure, estimates, list(part["name"]), kind, colour, symbol, hover, list(details))
    return score_rows(figure, "mean absolute error, 95 % interval", list(slices["name"]))
