"""A study's cells: side by side, by how deep they train, and by how many rows they learned from."""

from collections.abc import Iterable, Mapping, Sequence

import plotly.graph_objects as go

from translearn_core.plots.style.intervals import error_bars
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, faint, line_dash, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import ArmScore, Comparison

NOTHING = "No two runs are done yet."


def study_cells(comparison: Comparison, dark: bool = False) -> go.Figure:
    """Draw each cell's mean accuracy with its interval; a line and a band show the baseline's.

    Filled dots differ from the baseline by more than chance, open ones may not.
    """
    cells, colours = comparison.cells, palette(dark)
    figure = bare("study cells", dark, height=110 + 30 * max(len(cells), 2))
    if not cells:
        return annotate_empty(figure, NOTHING, dark)
    names = labels((cell.name for cell in cells), 44)
    base = next((cell for cell in cells if cell.name == comparison.baseline), None)
    if base is not None:
        low, high = base.accuracy_interval.low, base.accuracy_interval.high
        figure.add_vrect(x0=low, x1=high, fillcolor=faint(colours.muted, 0.12), line_width=0, layer="below")
        line = {"color": colours.muted, "width": 1.5, "dash": "dash"}
        figure.add_vline(x=base.accuracy, line=line, layer="below")
    for name, colour, symbol in (
        ("better by more than chance", colours.right, "circle"),
        ("could be chance", colours.muted, "circle-open"),
        ("worse by more than chance", colours.wrong, "diamond"),
        ("baseline", colours.ink, "square"),
    ):
        chosen = [k for k, cell in enumerate(cells) if _kind(cell, comparison.baseline) == name]
        if chosen:
            some = [cells[k] for k in chosen]
            figure.add_scatter(
                x=[cell.accuracy for cell in some],
                y=[names[k] for k in chosen],
                customdata=[_facts(cell) for cell in some],
                name=name,
                mode="markers",
                marker={"size": 11, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
                error_x=_interval(some, faint(colour, 0.7)),
                hovertemplate="%{y}<br><b>%{x:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})"
                "<br>%{customdata[2]} runs, %{customdata[3]:.3g} s each<extra></extra>",
            )
    figure.update_xaxes(title_text="test accuracy, 95 % interval", showgrid=True, tickformat=".2f", nticks=8)
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1], showgrid=True)
    figure.update_layout(showlegend=True)
    return figure


def depth_curve(comparison: Comparison, lines: Mapping[str, str], dark: bool = False) -> go.Figure:
    """Draw score, and in a second panel seconds, against the lowest block that trains.

    `lines` names the line of each cell; cells it does not name are left out.
    """
    figure = bare("depth", dark, height=520)
    cells = [cell for cell in comparison.cells if cell.name in lines]
    if not cells:
        return annotate_empty(figure, NOTHING, dark)
    places = {cell.boundary: _depth(cell) for cell in cells}
    many = len({lines[cell.name] for cell in cells})
    for k, (name, line) in enumerate(_lines(cells, lines)):
        some = sorted(line, key=lambda cell: cell.boundary)
        at = [cell.boundary + _aside(k, many, 0.4) for cell in some]
        _add_line(figure, k, name, at, some, dark)
        figure.add_scatter(
            x=at,
            y=[cell.seconds for cell in some],
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
            "tickvals": list(places),
            "ticktext": list(places.values()),
            "range": [min(places) - 0.4, max(places) + 0.4],
            "anchor": "y2",
        },
        yaxis={"domain": [0.42, 1], "title_text": "test accuracy, 95 % interval", "tickformat": ".2f"},
        yaxis2={"domain": [0, 0.32], "title_text": "seconds a run", "rangemode": "tozero", "nticks": 5},
    )
    return figure


def size_curve(comparison: Comparison, lines: Mapping[str, str], dark: bool = False) -> go.Figure:
    """Draw score against training rows (log), a line for each way to transfer; `lines` as above."""
    figure = bare("sizes", dark, height=420)
    cells = [cell for cell in comparison.cells if cell.name in lines]
    if not cells:
        return annotate_empty(figure, NOTHING, dark)
    many = len({lines[cell.name] for cell in cells})
    for k, (name, line) in enumerate(_lines(cells, lines)):
        some = sorted(line, key=lambda cell: cell.train_rows)
        at = [cell.train_rows * 2 ** _aside(k, many, 0.3) for cell in some]
        _add_line(figure, k, name, at, some, dark)
    rows = sorted({cell.train_rows for cell in cells})
    figure.update_xaxes(
        title_text="training rows, log scale", type="log", tickvals=rows, ticktext=[f"{n:,}" for n in rows]
    )
    figure.update_yaxes(title_text="test accuracy, 95 % interval", tickformat=".2f", nticks=8)
    figure.update_layout(showlegend=True)
    return figure


def _kind(cell: ArmScore, baseline: str) -> str:
    if cell.name == baseline:
        return "baseline"
    if cell.difference is None or not cell.difference.beyond_chance:
        return "could be chance"
    return f"{'better' if cell.difference.estimate > 0 else 'worse'} by more than chance"


def _depth(cell: ArmScore) -> str:
    if cell.trains == "head only":
        return "head"
    return "all" if cell.boundary < 0 else str(cell.boundary)


def _lines(cells: Sequence[ArmScore], lines: Mapping[str, str]) -> Iterable[tuple[str, list[ArmScore]]]:
    """Return each line's escaped name and its cells, in the order they come."""
    grouped: dict[str, list[ArmScore]] = {}
    for cell in cells:
        grouped.setdefault(lines[cell.name], []).append(cell)
    return zip(labels(grouped, 30), grouped.values(), strict=True)


def _aside(k: int, many: int, width: float) -> float:
    """Return how far line `k` of `many` stands beside its place, so that intervals do not hide each other."""
    return width * ((k + 0.5) / many - 0.5)


def _add_line(
    figure: go.Figure, k: int, name: str, at: Sequence[float], cells: Sequence[ArmScore], dark: bool
) -> None:
    colour = class_colour(k, dark)
    figure.add_scatter(
        x=list(at),
        y=[cell.accuracy for cell in cells],
        customdata=[_facts(cell) for cell in cells],
        name=name,
        legendgroup=name,
        mode="lines+markers",
        line={"color": colour, "width": 2.2, "dash": line_dash(k)},
        marker={"size": 8, "symbol": class_symbol(k)},
        error_y=_interval(cells, faint(colour, 0.55)),
        hovertemplate="%{fullData.name}: <b>%{y:.3f}</b> (%{customdata[0]:.3f} to %{customdata[1]:.3f})"
        "<extra></extra>",
    )


def _facts(cell: ArmScore) -> list[float]:
    return [cell.accuracy_interval.low, cell.accuracy_interval.high, cell.runs, cell.seconds]


def _interval(cells: Sequence[ArmScore], colour: str) -> dict[str, object]:
    spans = [cell.accuracy_interval for cell in cells]
    middles = [cell.accuracy for cell in cells]
    return error_bars(middles, [span.low for span in spans], [span.high for span in spans], colour, width=4)
