"""Coverage of conformal intervals by level."""

import plotly.graph_objects as go

from translearn_core.plots.style.intervals import add_interval_line
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import NumberErrors


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
