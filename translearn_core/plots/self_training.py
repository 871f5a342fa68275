"""Rounds of self-training: pseudo-labels added, and how often they were right."""

import plotly.graph_objects as go

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import class_colour, class_symbol, line_dash, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import SelfTraining
from translearn_core.results.training.self_training import ADDED_OF_CLASS

MOST_CLASSES = 10
"""Most classes whose pseudo-labels are drawn apart."""


def self_training_rounds(result: SelfTraining, dark: bool = False) -> go.Figure:
    """Draw the scores of the model of every round above the pseudo-labels of each class that it added."""
    figure, frame = bare("self-training rounds", dark, height=460), result.frame()
    if frame.empty:
        return annotate_empty(figure, f"No {result.unit} is finished yet.", dark)
    rounds = frame[result.unit]
    if len(result.classes) <= MOST_CLASSES:
        bars = [
            (name, f"{ADDED_OF_CLASS}{raw}")
            for name, raw in zip(labels(result.classes), result.classes, strict=True)
        ]
    else:
        bars = [("all classes", "added")]
    for k, (name, column) in enumerate(bars):
        figure.add_bar(
            x=rounds,
            y=frame[column],
            name=name,
            marker_color=class_colour(k, dark),
            hovertemplate=f"{result.unit} %{{x}}: <b>%{{y:,}}</b><extra>%{{fullData.name}}</extra>",
        )
    scores = ("validation score", "right of these", "right of all")
    for k, (column, name) in enumerate(zip(scores, NAMES, strict=True)):
        known = frame[frame[column].notna()]
        if known.empty:
            continue
        colour = palette(dark).ink if k == 0 else class_colour(k + len(bars), dark)
        figure.add_scatter(
            x=known[result.unit],
            y=known[column].astype(float),
            name=name,
            yaxis="y2",
            mode="lines+markers",
            line={"color": colour, "width": 2.2, "dash": line_dash(k)},
            marker={"size": 8, "symbol": class_symbol(k), "color": colour},
            hovertemplate=f"{result.unit} %{{x}}: <b>%{{y:.3f}}</b><extra>%{{fullData.name}}</extra>",
        )
    figure.update_layout(
        barmode="stack",
        showlegend=True,
        xaxis={"dtick": 1 if len(frame) <= 12 else None, "title_text": f"after {result.unit}"},
        yaxis={
            "domain": [0, 0.46],
            "title_text": "added" if result.unit == "training" else "confident",
            "rangemode": "tozero",
            "nticks": 5,
        },
        yaxis2={"domain": [0.56, 1], "title_text": "score", "tickformat": ".2f", "nticks": 5},
    )
    return figure


NAMES = ("validation score", "pseudo-labels that are right", "all predictions that are right")
"""Names of the lines."""
