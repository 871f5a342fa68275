"""Comparison of runs: test scores with intervals, and score against training time.

The table has one row per run: name, the metric's column (`Metric.column`) and the ends of its 95 % interval,
seconds of the whole run, and trainable, the share of trainable parameters.
"""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from translearn_core.errors import ConfigError
from translearn_core.plots.style.intervals import error_bars, score_axis
from translearn_core.plots.style.labels import labels, plain
from translearn_core.plots.style.palette import BASELINE_DASHES, class_colour, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results.metric import Metric


def scores(
    table: pd.DataFrame, metric: Metric, dark: bool = False, *, lines: Mapping[str, float] | None = None
) -> go.Figure:
    """Draw each run's test score as a dot with its 95 % interval, the first run on top.

    `lines` are the test scores of baselines by name, drawn as vertical lines.
    """
    figure = bare("scores", dark, height=90 + 40 * max(len(table), 2))
    names, score = _names(table, metric), metric.column
    if not names:
        return annotate_empty(figure, "Choose runs to compare.", dark)
    figure.add_scatter(
        x=table[score],
        y=[f"<b>{i}</b>  {name}" for i, name in enumerate(names, 1)],
        customdata=table[[f"{score} low", f"{score} high", "seconds", "trainable"]].to_numpy(dtype=float),
        mode="markers",
        marker={"size": 13, "color": [class_colour(i, dark) for i in range(len(names))]},
        error_x=error_bars(table[score], table[f"{score} low"], table[f"{score} high"], palette(dark).muted),
        hovertemplate="<b>%{x:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})<br>"
        "%{customdata[2]:.1f} s, %{customdata[3]:.1%} of the parameters trained<extra></extra>",
    )
    figure.update_xaxes(**score_axis(metric), showgrid=True)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=True)
    figure.update_layout(margin_t=8)
    for (name, value), dash in zip((lines or {}).items(), cycle(BASELINE_DASHES)):
        figure.add_vline(
            x=value,
            line={"color": palette(dark).muted, "width": 1.5, "dash": dash},
            layer="below",
            annotation={"text": plain(name, 44), "font": {"color": palette(dark).muted}},
            annotation_position="top",
        )
    if lines:
        figure.update_layout(margin_t=28)
    return figure


def cost_and_score(table: pd.DataFrame, metric: Metric, dark: bool = False) -> go.Figure:
    """Draw each run's test score with its interval against seconds (log), numbered as in `scores`."""
    figure = bare("cost", dark, height=420)
    names, score, colours = _names(table, metric), metric.column, palette(dark)
    if not names:
        return annotate_empty(figure, "Choose runs to compare.", dark)
    for i, name in enumerate(names):
        run = table.iloc[[i]]
        figure.add_scatter(
            x=run["seconds"],
            y=run[score],
            customdata=run[[f"{score} low", f"{score} high", "trainable"]].to_numpy(dtype=float),
            name=f"<b>{i + 1}</b> {name}",
            mode="markers+text",
            text=[str(i + 1)],
            textfont={"color": colours.paper, "weight": 700},
            marker={"size": 20, "color": class_colour(i, dark), "line": {"width": 1, "color": colours.paper}},
            error_y=error_bars(run[score], run[f"{score} low"], run[f"{score} high"], class_colour(i, dark)),
            hovertemplate="%{fullData.name}<br>%{x:.3g} s: <b>%{y:.3f}</b> (%{customdata[0]:.3f} to "
            "%{customdata[1]:.3f})<br>%{customdata[2]:.1%} of the parameters trained<extra></extra>",
        )
    figure.update_xaxes(title_text="seconds, log scale", type="log", showgrid=True, **_seconds(table))
    figure.update_yaxes(**score_axis(metric))
    figure.update_layout(showlegend=False)
    return figure


def _names(table: pd.DataFrame, metric: Metric) -> tuple[str, ...]:
    score = metric.column
    required = ("name", score, f"{score} low", f"{score} high", "seconds", "trainable")
    if missing := [c for c in required if c not in table.columns]:
        raise ConfigError("table", list(table.columns), f"a table of runs that also has {', '.join(missing)}")
    return labels(table["name"], 44)


def _seconds(table: pd.DataFrame) -> dict[str, object]:
    """Return range and ticks of the log axis: 1, 2, 5 times powers of ten, powers alone on a long axis."""
    low, high = (np.log10(max(s, 1e-3)) for s in (table["seconds"].min(), table["seconds"].max()))
    low, high = low - 0.25, high + 0.25
    steps = (1, 2, 5) if high - low < 2.2 else (1,)
    ticks = [m * 10.0**e for e in range(int(np.floor(low)), int(np.ceil(high)) + 1) for m in steps]
    return {"range": (low, high), "tickvals": ticks, "ticktext": [f"{t:,.10g}" for t in ticks]}
