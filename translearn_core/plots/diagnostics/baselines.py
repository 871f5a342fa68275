"""Baselines: test score of a run and of its baselines."""

import plotly.graph_objects as go

from translearn_core.plots.style.intervals import estimate_bars, score_axis
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
    figure.add_scatter(
        x=[run.value],
        y=[names[0]],
        customdata=[[run.low, run.high]],
        name=RUN,
        mode="markers",
        marker={"size": 13, "color": colours.tuned, "symbol": "diamond-wide"},
        error_x=estimate_bars([run], faint(colours.tuned, 0.7)),
        hovertemplate="%{y}: <b>%{x:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})<extra></extra>",
    )
    for kind, colour, symbol in (
        ("the run is better by more than chance", colours.right, "circle"),
        ("could be chance", colours.muted, "circle-open"),
        ("better than the run by more than chance", colours.wrong, "diamond"),
    ):
        group = [
            (name, line) for name, line in zip(names[1:], baselines.lines, strict=True) if _kind(line) == kind
        ]
        if not group:
            continue
        scores = [line.headline for _, line in group]
        figure.add_scatter(
            x=[score.value for score in scores],
            y=[name for name, _ in group],
            customdata=[
                [line.headline.low, line.headline.high, line.margin.value, line.margin.low, line.margin.high]
                for _, line in group
            ],
            name=kind,
            mode="markers",
            marker={"size": 11, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
            error_x=estimate_bars(scores, faint(colour, 0.7)),
            hovertemplate="%{y}: <b>%{x:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})<br>lead of "
            "the run %{customdata[2]:+.3f} (%{customdata[3]:+.3f} to %{customdata[4]:+.3f})<extra></extra>",
        )
    figure.update_xaxes(**score_axis(baselines.test.metric), showgrid=True)
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1], showgrid=True)
    figure.update_layout(showlegend=True)
    return figure


def _kind(line: Baseline) -> str:
    if line.margin.low > 0:
        return "the run is better by more than chance"
    return "better than the run by more than chance" if line.margin.high < 0 else "could be chance"
