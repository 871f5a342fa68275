"""Training curves of one run or of several runs overlaid."""

from collections.abc import Collection, Mapping, Sequence
from itertools import cycle

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style.intervals import add_level
from translearn_core.plots.style.labels import labels, plain
from translearn_core.plots.style.palette import BASELINE_DASHES, class_colour, faint, line_dash, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import History
from translearn_core.results.metric import metric_of

TITLES = {"loss": "loss", "lr": "learning rate", "grad_norm": "gradient norm"}
"""Axis titles of measures that all problem types have; the others are titled by `metric_of`."""

STEP_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "lr": (("lr", "backbone"), ("head_lr", "head")),
    "grad_norm": (("grad_norm", "gradient norm"),),
}
"""Measures recorded per step: columns and names of their lines."""

MANY_TRAININGS = 4
"""From so many ends of trainings on, trainings are marked by their number alone."""

MAX_STEPS = 1_500
"""Longer lines are thinned to this number of steps."""


def training_curves(
    history: History,
    measure: str,
    dark: bool = False,
    *,
    lines: Mapping[str, float] | None = None,
    trainings: bool = False,
) -> go.Figure:
    """Draw train and validation values by epoch, the best epoch marked, with step losses behind.

    `measure` is a metric of the epochs or one of `STEP_COLUMNS`; `lines` are the scores of baselines by name,
    drawn with the headline metric. `trainings`: every stage is a training from the same weights, so lines
    are cut and a rule is drawn where one begins.
    """
    figure = _axes(f"learning {measure}", measure, dark)
    ends = _ends(history) if trainings else []
    _mark_trainings(figure, ends, dark)
    if measure in STEP_COLUMNS:
        return _by_step(figure, history, measure, dark, ends)
    colours, epochs = palette(dark), history.frame()
    if measure == "loss" and history.steps and not _unknown(epochs, "train_loss"):
        steps = _thinned(history.step_frame())
        x, y = _cut(steps["epoch"], steps["loss"], ends)
        alone = {"color": colours.train, "width": 2}  # until an epoch is finished
        figure.add_scatter(
            x=x,
            y=y,
            name="each step",
            mode="lines",
            line=alone if epochs.empty else {"color": faint(colours.train, 0.45), "width": 1},
            hoverinfo="skip",
        )
    if epochs.empty:
        return figure if figure.data else annotate_empty(figure, "No epoch is finished yet.", dark)
    for split, dash in (("train", "dot"), ("validation", "solid")):
        if split == "train" and _unknown(epochs, f"train_{measure}"):
            continue
        colour = getattr(colours, split)
        x, y = _cut(epochs["epoch"], epochs[f"{split}_{measure}"], ends)
        figure.add_scatter(
            x=x,
            y=y,
            name=split,
            mode="lines+markers",
            line={"color": colour, "width": 2.5, "dash": dash},
            marker={"size": 6, "color": colour},
            hovertemplate="epoch %{x}: <b>%{y:.4f}</b>",
        )
    _mark_best(figure, epochs, f"validation_{measure}", dark)
    if (measure,) == history.metrics[1:2]:
        _draw_baselines(figure, lines or {}, len(epochs), dark)
    return _whole_epochs(figure, len(epochs))


def compare_training_curves(
    histories: Mapping[str, History], measure: str, dark: bool = False, *, trainings: Collection[str] = ()
) -> go.Figure:
    """Overlay the runs that have a measure: validation solid, training dotted in the same colour.

    Lines of the runs named by `trainings`, of which every stage is a training, are cut where one begins.
    """
    figure = _axes(f"overlay {measure}", measure, dark)
    names, longest = labels(histories, 48), 0
    for index, (name, (run, history)) in enumerate(zip(names, histories.items(), strict=True)):
        colour = class_colour(index, dark)
        line = {"color": colour, "width": 2.2, "dash": line_dash(index)}
        epochs = history.frame()
        longest, ends = max(longest, len(epochs)), _ends(history) if run in trainings else []
        if measure in STEP_COLUMNS:
            steps, column = _thinned(history.step_frame()), STEP_COLUMNS[measure][-1][0]
            values = _smooth(steps[column]) if measure == "grad_norm" else steps[column]
            x, y = _cut(steps["epoch"], values, ends)
            figure.add_scatter(x=x, y=y, name=name, mode="lines", line=line)
            continue
        if f"validation_{measure}" not in epochs:
            continue
        x, y = _cut(epochs["epoch"], epochs[f"validation_{measure}"], ends)
        figure.add_scatter(
            x=x,
            y=y,
            name=name,
            legendgroup=str(index),
            mode="lines+markers",
            line=line,
            marker_size=6,
            hovertemplate="%{fullData.name}<br>epoch %{x}, validation: <b>%{y:.4f}</b><extra></extra>",
        )
        if _unknown(epochs, f"train_{measure}"):
            continue
        x, y = _cut(epochs["epoch"], epochs[f"train_{measure}"], ends)
        figure.add_scatter(
            x=x,
            y=y,
            name=name,
            legendgroup=str(index),
            showlegend=False,
            mode="lines",
            line={"color": faint(colour, 0.7), "width": 1.5, "dash": "dot"},
            hovertemplate="%{fullData.name}<br>epoch %{x}, train: <b>%{y:.4f}</b><extra></extra>",
        )
    if any(trace.showlegend is False for trace in figure.data):
        _explain_dots(figure, dark)
    figure.update_layout(showlegend=True)
    return (
        _whole_epochs(figure, longest)
        if figure.data
        else annotate_empty(figure, "Choose runs to compare.", dark)
    )


def _unknown(epochs: pd.DataFrame, column: str) -> bool:
    """Whether no epoch has a value, as the training loss of one of several targets."""
    return len(epochs) > 0 and (column not in epochs or bool(epochs[column].isna().all()))


def _explain_dots(figure: go.Figure, dark: bool) -> None:
    """Add an entry to the legend for the dotted lines."""
    line = {"color": palette(dark).muted, "width": 1.5, "dash": "dot"}
    figure.add_scatter(x=[None], y=[None], name="dotted: train", mode="lines", line=line, hoverinfo="skip")


def _axes(name: str, measure: str, dark: bool) -> go.Figure:
    figure = bare(name, dark, height=360)
    figure.update_xaxes(title_text="epoch", fixedrange=False)
    figure.update_yaxes(title_text=TITLES.get(measure, metric_of(measure).label), fixedrange=False, nticks=7)
    if measure not in TITLES:
        figure.update_yaxes(tickformat=".2f")
    if measure == "lr":
        figure.update_yaxes(exponentformat="power", rangemode="tozero")
    return figure


def _by_step(figure: go.Figure, history: History, measure: str, dark: bool, ends: Sequence[int]) -> go.Figure:
    if not history.steps:
        return annotate_empty(figure, "No step is finished yet.", dark)
    colours, steps = palette(dark), _thinned(history.step_frame())
    for (column, name), colour in zip(
        STEP_COLUMNS[measure], (colours.validation, colours.tuned), strict=False
    ):
        values = steps[column]
        if not np.any(values):  # frozen backbone: its rate is 0
            continue
        if measure == "grad_norm":
            x, y = _cut(steps["epoch"], values, ends)
            figure.add_scatter(x=x, y=y, name="each step", line={"color": faint(colour, 0.35), "width": 1})
            name, values = "smoothed", _smooth(values)
        x, y = _cut(steps["epoch"], values, ends)
        figure.add_scatter(
            x=x,
            y=y,
            name=name,
            mode="lines",
            line={"color": colour, "width": 2.2},
            yaxis="y2" if column == "head_lr" and len(figure.data) == 1 else "y",
            hovertemplate="epoch %{x:.2f}: <b>%{y:.3g}</b>",
        )
    if figure.data[-1].yaxis == "y2":  # the head's rate is some twenty times higher: a panel of its own
        figure.update_layout(
            yaxis={"domain": [0, 0.45], "title_text": "backbone rate", "nticks": 4},
            yaxis2={
                "domain": [0.55, 1],
                "title_text": "head rate",
                "nticks": 4,
                "rangemode": "tozero",
                "exponentformat": "power",
                "anchor": "x",
            },
        )
    return figure


def _ends(history: History) -> list[int]:
    """Return the last epoch of every stage before the current one."""
    last = {epoch.stage: epoch.epoch for epoch in history.epochs}
    return list(last.values())[:-1]


def _cut(
    x: "pd.Series[float]", y: "pd.Series[float]", ends: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a line with a gap after each of `ends`."""
    positions, values = x.to_numpy(np.float64), y.to_numpy(np.float64)
    gaps = np.searchsorted(positions, ends, side="right")
    return np.insert(positions, gaps, np.nan), np.insert(values, gaps, np.nan)


def _mark_trainings(figure: go.Figure, ends: Sequence[int], dark: bool) -> None:
    """Draw a rule and a number where each training begins; nothing where there is one alone."""
    muted = palette(dark).muted
    for number, begins in enumerate([0, *ends] if ends else [], 1):
        text = f"training {number}" if len(ends) < MANY_TRAININGS else str(number)
        figure.add_annotation(
            x=begins, y=1, yref="paper", text=text, showarrow=False, xanchor="left", yanchor="top",
            xshift=3, font={"size": 11, "color": muted},
        )  # fmt: skip
        if begins:
            figure.add_vline(x=begins, line={"color": muted, "width": 1, "dash": "dot"})


def _mark_best(figure: go.Figure, epochs: pd.DataFrame, column: str, dark: bool) -> None:
    best = epochs[epochs["best"]].tail(1)
    if best.empty:
        return
    epoch, value, colours = int(best["epoch"].iloc[0]), float(best[column].iloc[0]), palette(dark)
    figure.add_scatter(
        x=[epoch],
        y=[value],
        name=f"best epoch {epoch}",
        mode="markers",
        marker={"size": 14, "symbol": "circle-open", "color": colours.tuned, "line": {"width": 2.5}},
        hoverinfo="skip",
    )


def _draw_baselines(figure: go.Figure, lines: Mapping[str, float], epochs: int, dark: bool) -> None:
    for (name, score), dash in zip(lines.items(), cycle(BASELINE_DASHES)):
        hover = "%{fullData.name}: <b>%{y:.4f}</b><extra></extra>"
        edges, line = (1, max(epochs, 2)), {"dash": dash}
        add_level(figure, edges, score, plain(name, 30), palette(dark).muted, line=line, hovertemplate=hover)


def _whole_epochs(figure: go.Figure, epochs: int) -> go.Figure:
    if 0 < epochs <= 12:
        figure.update_xaxes(dtick=1)
    return figure


def _thinned(steps: pd.DataFrame) -> pd.DataFrame:
    return steps.iloc[:: max(1, -(-len(steps) // MAX_STEPS))]


def _smooth(values: "pd.Series[float]") -> "pd.Series[float]":
    return values.ewm(span=max(3, len(values) // 10)).mean()
