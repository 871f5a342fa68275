"""Board of a class: histograms of guesses and one point a seat, with type for a projector."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, faint, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Estimate

TYPE_SIZE = 22
"""Size of all text in pixels, to be read from the last row."""
MOST_BARS = 40
"""Bars of a histogram; finer guesses share bars."""


def _large(name: str, dark: bool, height: int) -> go.Figure:
    """Return an empty figure with large type."""
    figure = bare(name, dark, height=height)
    figure.update_layout(font_size=TYPE_SIZE, hoverlabel_font_size=TYPE_SIZE, margin_t=44, showlegend=False)
    figure.update_xaxes(title_font_size=TYPE_SIZE, tickfont_size=TYPE_SIZE)
    return figure.update_yaxes(title_font_size=TYPE_SIZE, tickfont_size=TYPE_SIZE)


def number_histogram(
    values: Sequence[float],
    limits: tuple[float, float],
    step: float,
    title: str,
    dark: bool = False,
    *,
    measured: Estimate | None = None,
) -> go.Figure:
    """Draw how many guessed each number; `measured` is drawn as a line.

    Where it is infinite, never reached, a band marks what lies above its lower end, up to which it was tried.
    """
    low, high = limits
    width = step * max(1, round((high - low) / step / MOST_BARS))
    bins = Counter(int((value - low) / width + 1e-9) for value in values)
    figure, colours = _large("guesses", dark, 345), palette(dark)
    figure.add_bar(
        x=[low + (k + 0.5) * width for k in sorted(bins)],
        y=[bins[k] for k in sorted(bins)],
        width=width * 0.9,
        marker_color=colours.accent,
        customdata=[[low + k * width, low + (k + 1) * width] for k in sorted(bins)],
        hovertemplate="%{customdata[0]:g} to %{customdata[1]:g}: <b>%{y}</b><extra></extra>",
    )
    came = np.nan
    if measured is not None:
        came = measured.low if np.isinf(measured.value) else measured.value
    limits = float(np.nanmin([low, came])) - width / 2, float(np.nanmax([high, came])) + width
    figure.update_xaxes(title_text=title, range=limits)
    if measured is not None and np.isinf(measured.value):
        band = {"fillcolor": faint(colours.tuned, 0.15), "line_width": 0, "layer": "below"}
        figure.add_vrect(x0=came, x1=limits[1], **band)
        _mark(figure, came, f"came out: above {came:g}", colours.tuned, limits)
    elif np.isfinite(came):
        _mark(figure, came, f"came out: {came:.1f}", colours.tuned, limits)
    return figure.update_yaxes(title_text="seats", **_counts(max(bins.values(), default=1)))


def _counts(most: int) -> dict[str, object]:
    """Return the settings of an axis of counts: whole numbers, at most six of them."""
    return {"range": [0, most * 1.08], "tick0": 0, "dtick": max(1, -(-most // 5)), "tickformat": "d"}


def _mark(figure: go.Figure, value: float, text: str, colour: str, limits: tuple[float, float]) -> None:
    """Draw a value of the x axis as a line with a text above it, within the axis."""
    place = (value - limits[0]) / (limits[1] - limits[0])
    anchor = "left" if place < 0.15 else "right" if place > 0.85 else "center"
    figure.add_vline(
        x=value, line={"color": colour, "width": 4},
        annotation={"text": text, "font": {"color": colour, "size": TYPE_SIZE}, "xanchor": anchor},
        annotation_position="top",
    )  # fmt: skip


def choice_bars(
    counts: Mapping[str, int], dark: bool = False, *, measured: str | None = None, settled: bool = True
) -> go.Figure:
    """Draw how many chose each option; the one that came out, `measured`, has a mark and another colour.

    One that came out first but is not `settled` has both in a weaker form.
    """
    figure, colours = _large("choices", dark, 130 + 70 * len(counts)), palette(dark)
    mark, colour = ("✓", colours.tuned) if settled else ("(✓)", faint(colours.tuned, 0.55))
    shown = [
        f"{name} {mark}" if option == measured else name
        for name, option in zip(labels(counts, 44), counts, strict=True)
    ]
    figure.add_bar(
        y=shown, x=list(counts.values()), orientation="h", text=list(counts.values()), textposition="outside",
        marker_color=[colour if option == measured else colours.accent for option in counts],
        marker_line={"color": colours.tuned, "width": [3 * (option == measured) for option in counts]},
        cliponaxis=False, hovertemplate="%{y}: <b>%{x}</b><extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return figure.update_xaxes(title_text="seats", **_counts(max(counts.values(), default=1)))


def rank_bars(
    ranks: Mapping[str, Sequence[int]], dark: bool = False, *, measured: Sequence[str] | None = None
) -> go.Figure:
    """Draw the mean rank of each option, 1 at the left; `measured` is the order that came out."""
    figure, colours = _large("ranks", dark, 130 + 70 * len(ranks)), palette(dark)
    names = dict(zip(ranks, labels(ranks, 44), strict=True))
    means = {option: float(np.mean(given)) for option, given in ranks.items() if given}
    order = sorted(means, key=means.__getitem__)
    figure.add_scatter(
        x=[means[option] for option in order], y=[names[option] for option in order], mode="markers",
        marker={"size": 22, "color": colours.accent}, name="mean guess",
        hovertemplate="%{y}: <b>%{x:.1f}</b><extra></extra>",
    )  # fmt: skip
    if measured:
        came = [option for option in measured if option in means]
        figure.add_scatter(
            x=list(range(1, len(came) + 1)), y=[names[option] for option in came], mode="markers",
            marker={"size": 24, "symbol": "diamond-open", "color": colours.tuned, "line": {"width": 4}},
            name="came out", hovertemplate="%{y}: <b>%{x}</b><extra></extra>",
        )  # fmt: skip
        figure.update_layout(showlegend=True, legend_font_size=TYPE_SIZE)
    figure.update_yaxes(type="category", autorange="reversed", categoryarray=[names[one] for one in order])
    return figure.update_xaxes(
        title_text="mean rank, 1 is the first", range=[0.7, len(ranks) + 0.3], dtick=1, showgrid=True
    )


def guessed_curves(
    points: Sequence[str],
    curves: Sequence[Sequence[float]],
    limits: tuple[float, float],
    titles: tuple[str, str],
    dark: bool = False,
    *,
    measured: Sequence[float] | None = None,
) -> go.Figure:
    """Draw the line of every seat and their median; `titles` are those of both axes."""
    figure, colours = _large("curves", dark, 380), palette(dark)
    for curve in curves:
        figure.add_scatter(
            x=list(points), y=list(curve), mode="lines", showlegend=False, hoverinfo="skip",
            line={"color": faint(colours.accent, 0.35), "width": 2},
        )  # fmt: skip
    lines = (
        [("median guess", np.median(np.asarray(curves), axis=0), colours.accent, "dash")] if curves else []
    )
    if measured is not None:
        lines.append(("came out", np.asarray(measured), colours.tuned, "solid"))
    for name, values, colour, dash in lines:
        figure.add_scatter(
            x=list(points), y=values, mode="lines+markers", name=name, marker_size=12,
            line={"color": colour, "width": 5, "dash": dash},
            hovertemplate=f"{name}, %{{x}}: <b>%{{y:.1f}}</b><extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(type="category", title_text=titles[0])
    figure.update_yaxes(range=list(limits), title_text=titles[1])
    return figure.update_layout(showlegend=bool(lines), legend_font_size=TYPE_SIZE)


def seat_points(
    scores: Mapping[str, Sequence[tuple[str, float]]], title: str, dark: bool = False
) -> go.Figure:
    """Draw one point a seat, a row an arm, and the mean as a line; `scores` are seats' labels and scores."""
    figure = _large("seats", dark, 150 + 120 * max(1, len(scores)))
    names = labels(scores, 30)
    for k, (name, points) in enumerate(zip(names, scores.values(), strict=True)):
        values = [score for _, score in points]
        figure.add_scatter(
            x=values, y=_stacked(k, values), customdata=[[seat] for seat, _ in points], name=name,
            mode="markers",
            marker={"size": 18, "symbol": class_symbol(k), "color": faint(class_colour(k, dark), 0.6),
                    "line": {"width": 2, "color": class_colour(k, dark)}},
            hovertemplate="%{customdata[0]}: <b>%{x:.3f}</b><extra></extra>",
        )  # fmt: skip
        mean = float(np.mean(values))
        figure.add_scatter(
            x=[mean, mean], y=[k - 0.4, k + 0.4], mode="lines", name=f"{name}, mean",
            line={"color": class_colour(k, dark), "width": 4}, hovertemplate="mean %{x:.3f}<extra></extra>",
        )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=list(names), range=[len(names) - 0.4, -0.6], showgrid=False
    )
    return figure.update_xaxes(title_text=title, tickformat=".0%", showgrid=True)


def _stacked(row: int, values: Sequence[float]) -> list[float]:
    """Return heights around a row, so that equal values lie beside each other."""
    seen: Counter[float] = Counter()
    heights = []
    for value in values:
        k = seen[round(value, 3)]
        seen[round(value, 3)] += 1
        heights.append(row + (0.09 * ((k + 1) // 2) * (-1) ** k))
    return heights


def hardest_bars(shares: Mapping[str, float], dark: bool = False) -> go.Figure:
    """Draw the share of the models that are right about each sentence, the hardest on top."""
    figure, colours = _large("hardest", dark, 110 + 52 * max(1, len(shares))), palette(dark)
    names = labels(shares, 60)
    figure.add_bar(
        y=list(names), x=list(shares.values()), orientation="h", marker_color=colours.accent,
        text=[f"{share:.0%}" for share in shares.values()], textposition="outside", cliponaxis=False,
        hovertemplate="%{y}: <b>%{x:.0%}</b><extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return figure.update_xaxes(title_text="models that are right", range=[0, 1.08], tickformat=".0%")


def cross_matrix(
    accuracy: Sequence[Sequence[float]], writers: Sequence[str], models: Sequence[str], dark: bool = False
) -> go.Figure:
    """Draw the accuracy of each model (columns) on the sentences of each seat (rows)."""
    figure, colours = _large("cross", dark, 190 + 44 * max(2, len(writers))), palette(dark)
    figure.add_heatmap(
        z=[list(row) for row in accuracy], y=list(labels(writers, 20)), x=list(labels(models, 16)),
        zmin=0, zmax=1,
        colorscale=[[0, colours.panel], [1, colours.right]], colorbar={"tickformat": ".0%"}, xgap=2, ygap=2,
        texttemplate="%{z:.0%}" if len(models) <= 12 else None,
        hovertemplate="model of %{x}, sentences of %{y}: <b>%{z:.0%}</b><extra></extra>",
    )  # fmt: skip
    figure.update_yaxes(type="category", autorange="reversed", title_text="sentences of", showgrid=False)
    return figure.update_xaxes(type="category", title_text="model of", showgrid=False)
