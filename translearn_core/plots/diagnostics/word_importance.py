"""Importance of the words of one text."""

import plotly.graph_objects as go

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Occlusion


def word_importance(occlusion: Occlusion, dark: bool = False) -> go.Figure:
    """Draw by how much the log-odds of the predicted class, or the number, fall without each word.

    Words are in reading order; those of pairs have the number of their text before them. Beside the run
    stands its control from random weights, if there is one.
    """
    colours, words = palette(dark), occlusion.words
    marked = words["word"] if "side" not in words else words["side"].astype(str) + ": " + words["word"]
    names = labels(marked, 26)
    fallen = "number" if occlusion.probability is None else "log-odds"
    has_control = bool(words["control"].notna().any())
    figure = bare("word importance", dark, height=90 + (30 if has_control else 22) * len(words))
    for column, title, colour in (
        ("importance", "this run", colours.tuned),
        ("control", "from random weights", colours.train),
    ):
        if column == "control" and not has_control:
            continue
        figure.add_bar(
            x=words[column],
            y=names,
            orientation="h",
            name=title,
            marker={"color": colour, "line_width": 0},
            hovertemplate=f"{title}, without %{{y}}: <b>%{{x:+.2f}}</b><extra></extra>",
        )
    figure.update_xaxes(title_text=f"fall of the {fallen} without the word", showgrid=True, zeroline=True)
    figure.update_yaxes(type="category", showgrid=False, autorange="reversed")
    figure.update_layout(barmode="group", bargap=0.25, showlegend=has_control)
    return figure
