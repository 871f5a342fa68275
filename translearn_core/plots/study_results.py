"""Study results: arms side by side, by depth of fine-tuning, and by training rows."""

from collections.abc import Iterable, Mapping, Sequence

import plotly.graph_objects as go

from translearn_core.plots.style.intervals import (
    add_interval_dots,
    estimate_bars,
    score_axis,
    score_rows,
    score_title,
)
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, faint, line_dash, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import ArmScore, Comparison

NO_RUNS = "No two runs are done yet."


def study_arms(comparison: Comparison, dark: bool = False) -> go.Figure:
    """Draw each arm's mean headline score with its interval, the baseline's as a line and a band.

    Filled dots differ from the baseline by more than chance.
    """
    arms, colours = comparison.arms, palette(dark)
    figure = bare("study arms", dark, height=110 + 30 * max(len(arms), 2))
    if not arms:
        return annotate_empty(figure, NO_RUNS, dark)
    names = labels((arm.name for arm in arms), 44)
    baseline_arm = next((arm for arm in arms if arm.name == comparison.baseline), None)
    if baseline_arm is not None:
        span = {"x0": baseline_arm.headline.low, "x1": baseline_arm.headline.high}
        figure.add_vrect(**span, fillcolor=faint(colours.muted, 0.12), line_width=0, layer="below")
        line = {"color": colours.muted, "width": 1.5, "dash": "dash"}
        figure.add_vline(x=baseline_arm.headline.value, line=line, layer="below")
    hover = (
        "%{y}<br><b>%{x:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})"
        "<br>%{customdata[2]} runs, %{customdata[3]:.3g} s each<extra></extra>"
    )
    for name, colour, symbol in (
        ("better by more than chance", colours.right, "circle"),
        ("could be chance", colours.muted, "circle-open"),
        ("worse by more than chance", colours.wrong, "diamond"),
        ("baseline", colours.ink, "square"),
    ):
        chosen = [k for k, arm in enumerate(arms) if _kind(arm, comparison.baseline) == name]
        add_interval_dots(
            figure, [arms[k].headline for k in chosen], [names[k] for k in chosen], name, colour, symbol,
            hover, [(arms[k].runs, arms[k].seconds) for k in chosen],
        )  # fmt: skip
    return score_rows(figure, score_title(comparison.metric), names)


def depth_curve(comparison: Comparison, lines: Mapping[str, str], dark: bool = False) -> go.Figure:
    """Draw the headline score, and in a second panel seconds, against the lowest trainable block.

    The head alone is on the left, everything on the right. `lines` maps each arm to the name of its line;
    other arms are left out.
    """
    figure = bare("depth", dark, height=520)
    arms = [arm for arm in comparison.arms if arm.name in lines]
    if not arms:
        return annotate_empty(figure, NO_RUNS, dark)
    depths = {arm.boundary: _depth(arm) for arm in arms}
    n_lines = len({lines[arm.name] for arm in arms})
    for k, (name, line) in enumerate(_lines(arms, lines)):
        group = sorted(line, key=lambda arm: arm.boundary)
        x = [arm.boundary + _offset(k, n_lines, 0.4) for arm in group]
        _add_line(figure, k, name, x, group, dark)
        figure.add_scatter(
            x=x,
            y=[arm.seconds for arm in group],
            name=name,
            legendgroup=name,
            showlegend=False,
            mode="lines+markers",
            line={"color": class_colour(k, dark), "width": 2, "dash": line_dash(k)},
            marker={"size": 7, "symbol": class_symbol(k)},
            yaxis="y2",
            hovertemplate="%{fullData.name}: <b>%{y:.3g} s</b><extra></extra>",
        )
    figure.update_layout(
        showlegend=True,
        xaxis={
            "title_text": "lowest block that trains (all: the embeddings too)",
            "tickvals": list(depths),
            "ticktext": list(depths.values()),
            "range": [max(depths) + 0.4, min(depths) - 0.4],  # from the head alone to everything
            "anchor": "y2",
        },
        yaxis={"domain": [0.42, 1], **score_axis(comparison.metric)},
        yaxis2={"domain": [0, 0.32], "title_text": "seconds a run", "rangemode": "tozero", "nticks": 5},
    )
    return figure


def size_curve(
    comparison: Comparison, lines: Mapping[str, str], dark: bool = False, *, noun: str = "training rows"
) -> go.Figure:
    """Draw the headline score against training rows (log); `lines` maps each arm to the name of its line.

    `noun` says what the rows are; none of them stands a quarter of the smallest number to the left.
    """
    figure = bare("sizes", dark, height=420)
    arms = [arm for arm in comparison.arms if arm.name in lines]
    if not arms:
        return annotate_empty(figure, NO_RUNS, dark)
    n_lines = len({lines[arm.name] for arm in arms})
    rows = sorted({arm.train_rows for arm in arms})
    place = {n: n or min((m for m in rows if m), default=1) / 4 for n in rows}
    for k, (name, line) in enumerate(_lines(arms, lines)):
        group = sorted(line, key=lambda arm: arm.train_rows)
        x = [place[arm.train_rows] * 2 ** _offset(k, n_lines, 0.3) for arm in group]
        _add_line(figure, k, name, x, group, dark)
    figure.update_xaxes(
        title_text=f"{noun}, log scale",
        type="log",
        tickvals=[place[n] for n in rows],
        ticktext=[f"{n:,}" for n in rows],
    )
    figure.update_yaxes(**score_axis(comparison.metric))
    figure.update_layout(showlegend=True)
    return figure


def _kind(arm: ArmScore, baseline: str) -> str:
    if arm.name == baseline:
        return "baseline"
    if arm.difference is None or not arm.difference.beyond_chance:
        return "could be chance"
    return f"{'better' if arm.difference.value > 0 else 'worse'} by more than chance"


def _depth(arm: ArmScore) -> str:
    if arm.trains == "head only":
        return "head"
    return "all" if arm.boundary < 0 else str(arm.boundary)


def _lines(arms: Sequence[ArmScore], lines: Mapping[str, str]) -> Iterable[tuple[str, list[ArmScore]]]:
    """Return each line's escaped name and its arms, in order."""
    grouped: dict[str, list[ArmScore]] = {}
    for arm in arms:
        grouped.setdefault(lines[arm.name], []).append(arm)
    return zip(labels(grouped, 44), grouped.values(), strict=True)


def _offset(k: int, n_lines: int, width: float) -> float:
    """Return the offset of line `k` of `n_lines` along the axis, which keeps intervals from overlapping."""
    return width * ((k + 0.5) / n_lines - 0.5)


def _add_line(
    figure: go.Figure, k: int, name: str, x: Sequence[float], arms: Sequence[ArmScore], dark: bool
) -> None:
    colour = class_colour(k, dark)
    figure.add_scatter(
        x=list(x),
        y=[arm.headline.value for arm in arms],
        customdata=[[arm.headline.low, arm.headline.high] for arm in arms],
        name=name,
        legendgroup=name,
        mode="lines+markers",
        line={"color": colour, "width": 2.2, "dash": line_dash(k)},
        marker={"size": 8, "symbol": class_symbol(k)},
        error_y=estimate_bars([arm.headline for arm in arms], faint(colour, 0.55), width=4),
        hovertemplate="%{fullData.name}: <b>%{y:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})"
        "<extra></extra>",
    )
