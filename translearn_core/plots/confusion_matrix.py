"""Confusion matrix, for two to many classes."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import Palette, luminance, mixed, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Evaluation
from translearn_core.results.labels.multi_label import label_confusion

RIGHT, WRONG = "right", "wrong, stronger: larger share"
"""Key of the colours."""
RAMP = ((0.0, 0.14), (0.25, 0.5), (1.0, 1.0))
"""Colour scale that rises fast, so that one error in a class of forty is visible."""
MOST_NUMBERED = 15
"""Largest number of classes at which cells show their count."""


def confusion_matrix(evaluation: Evaluation, dark: bool = False) -> go.Figure:
    """Draw test rows by true class (rows) and predicted class (columns), coloured by share of the true class.

    The diagonal has its own colour scale; empty cells are blank. With many classes overlapping tick labels
    are left out. The trace ``cells`` has an invisible marker on every filled cell, because heatmaps cannot be
    selected; its ``customdata`` is true class, predicted class, count and share.
    """
    counts = evaluation.confusion
    return matrix(counts, counts.sum(axis=1), evaluation.names, dark)


def label_matrix(evaluation: Evaluation, dark: bool = False) -> go.Figure:
    """Draw test rows by true label (rows) and label wrongly predicted (columns), as `confusion_matrix` does.

    The diagonal has the rows that get their label; a row counts once for each of its labels.
    """
    return matrix(*label_confusion(evaluation), evaluation.names, dark)


def matrix(
    counts: NDArray[np.int64], support: NDArray[np.int64], classes: Sequence[str], dark: bool
) -> go.Figure:
    """Draw the counts of true and predicted classes, coloured by their share of `support`, rows per class."""
    colours, n = palette(dark), len(classes)
    few = n <= MOST_NUMBERED
    names = labels(classes, 20 if few else 16)
    share = counts / np.maximum(support[:, None], 1)
    row = 44 if n <= 6 else 34 if few else 17
    figure = bare(f"confusion {n}", dark, height=max(260, n * row) + (130 if few else 150))
    diagonal, inverted = np.eye(n, dtype=bool), np.zeros((n, n), dtype=bool)
    for name, cells, colour in (("right", diagonal, colours.right), ("wrong", ~diagonal, colours.wrong)):
        shown = cells & (counts > 0)
        scale = [(at, mixed(colour, colours.panel, strength)) for at, strength in RAMP]
        figure.add_heatmap(
            z=np.where(shown, 100 * share, np.nan).astype(np.float32),
            x=names,
            y=names,
            name=name,
            zmin=0,
            zmax=100,
            colorscale=scale,
            showscale=False,
            xgap=1,
            ygap=1,
            hoverinfo="skip",
        )
        inverted |= cells & (share >= _inversion(scale, colours))
    if few:
        _add_counts(figure, counts, names, inverted, colours)
    _add_cells(figure, counts, share, names, row, colours.ink)
    frame = {"type": "category", "showgrid": False, "ticks": "", "showline": False}
    turned = 0 if n <= 3 else -45 if few else -90
    figure.update_xaxes(**frame, title_text="predicted", tickangle=turned, range=[-0.5, n - 0.5])
    figure.update_yaxes(**frame, title_text="label", range=[n - 0.5, -0.5])
    figure.update_layout(
        plot_bgcolor=colours.panel,
        annotations=[
            {
                "text": f'<span style="color:{colours.right};font-size:17px">■</span> {RIGHT}  '
                f'<span style="color:{colours.wrong};font-size:17px">■</span> {WRONG}',
                "x": 0,
                "y": 1,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "bottom",
                "yshift": 6,
                "showarrow": False,
                "font": {"color": colours.muted},
            }
        ],
    )
    return figure


def _add_counts(
    figure: go.Figure,
    counts: NDArray[np.int64],
    names: Sequence[str],
    inverted: NDArray[np.bool_],
    colours: Palette,
) -> None:
    """Add the count of every filled cell, in ink or, where `inverted`, in the page's colour."""
    for colour, cells in ((colours.ink, ~inverted), (colours.paper, inverted)):
        true, predicted = np.nonzero(cells & (counts > 0))
        figure.add_scatter(
            x=[names[int(k)] for k in predicted],
            y=[names[int(k)] for k in true],
            text=counts[true, predicted].astype(str),
            name="counts",
            mode="text",
            textfont_color=colour,
            unselected={"textfont": {"color": colour}},  # a selected cell leaves the others readable
            hoverinfo="skip",
            showlegend=False,
        )


def _inversion(scale: Sequence[tuple[float, str]], colours: Palette) -> float:
    """Return the share from which text in the page's colour has more contrast than ink; 2 if none does."""
    shares = np.linspace(0, 1, 101)
    background = np.interp(shares, [at for at, _ in scale], [luminance(colour) for _, colour in scale])
    ink, paper = luminance(colours.ink), luminance(colours.paper)
    inverted = _contrast(background, paper) > _contrast(background, ink)
    return float(shares[inverted.argmax()]) if inverted.any() else 2.0


def _contrast(first: NDArray[np.float64], second: float) -> NDArray[np.float64]:
    high, low = np.maximum(first, second), np.minimum(first, second)
    return np.asarray((high + 0.05) / (low + 0.05))


def _add_cells(
    figure: go.Figure,
    counts: NDArray[np.int64],
    shares: NDArray[np.float64],
    names: Sequence[str],
    height: int,
    colour: str,
) -> None:
    """Add a marker for every filled cell, which shows its numbers and is outlined when selected."""
    true, predicted = np.nonzero(counts)
    count = counts[true, predicted]
    share = shares[true, predicted]
    figure.add_scatter(
        x=[names[int(k)] for k in predicted],
        y=[names[int(k)] for k in true],
        customdata=np.column_stack([true, predicted, count, share]).tolist(),  # typed rows come back as dicts
        name="cells",
        mode="markers",
        marker={
            "symbol": "square-open",
            "size": 0.7 * height,
            "color": colour,
            "opacity": 0,
            "line_width": 2,
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        showlegend=False,
        hovertemplate="<b>%{customdata[2]:,} rows</b>, %{customdata[3]:.1%} of the class<br>label: %{y}<br>"
        "predicted: %{x}<extra></extra>",
    )
