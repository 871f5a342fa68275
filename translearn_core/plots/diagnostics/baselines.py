"""Baselines: test score of a run and of its baselines."""

import plotly.graph_objects as go

from translearn_core.plots.style.intervals import add_interval_dots, score_rows, score_title
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import faint, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Baseline, Baselines

RUN = "this run"


def baseline_dots(baselines: Baselines, dark: bool = False) -> go.Figure:
    """Draw the headline test score of the run and of each baseline with 95 % intervals, the run on top.

    A band extends the run's interval. Diamonds are baselines that are better by more than chance.
    """
    colours = palette(dark)
    names = labels((RUN, *(line.name for line in baselines.lines)))
    figure = bare("baselines", dark, height=130 + 34 * len(names))
    run = baselines.test.headline
    figure.add_vrect(
        x0=run.low, x1=run.high, fillcolor=faint(colours.tuned, 0.12), line_width=0, layer="below"
    )
    figure.add_vline(x=run.value, line={"color": colours.tuned, "width": 1.5, "dash": "dash"}, layer="below")
    hover = "%{y}: <b>%{x:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})"
    add_interval_dots(figure, [run], names[:1], RUN, colours.tuned, "diamond-wide", f"{hover}<extra></extra>")
    hover += (
        "<br>margin of the run %{customdata[2]:+.3f} (%{customdata[3]:+.3f} to %{customdata[4]:+.3f})"
        "<extra></extra>"
    )
    for kind, colour, symbol in (
        ("the run is better by more than chance", colours.right, "circle"),
        ("could be chance", colours.muted, "circle-open"),
        ("better than the run by more than chance", colours.wrong, "diamond"),
    ):
        group = [
            (name, line) for name, line in zip(names[1:], baselines.lines, strict=True) if _kind(line) == kind
        ]
        add_interval_dots(
            figure, [line.headline for _, line in group], [name for name, _ in group], kind, colour, symbol,
            hover, [(line.margin.value, line.margin.low, line.margin.high) for _, line in group],
        )  # fmt: skip
    return score_rows(figure, score_title(baselines.test.metric), names)


def _kind(line: Baseline) -> str:
    if line.margin.low > 0:
        return "the run is better by more than chance"
    return "better than the run by more than chance" if line.margin.high < 0 else "could be chance"
