"""Training of word vectors: loss by epoch, how soon neighbours settle, and one step."""

import plotly.graph_objects as go

from translearn_core.plots.style.palette import faint, palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import SkipGramStep, WordVectorTraining


def vector_training(result: WordVectorTraining, dark: bool = False) -> go.Figure:
    """Draw the loss per word above the share of the last neighbours that are found already, by epoch."""
    figure, colours = bare("word vectors", dark, height=380), palette(dark)
    if not result.losses:
        return annotate_empty(figure, "No epoch is finished yet.", dark)
    epochs = list(range(1, len(result.losses) + 1))
    lines = [("loss per word", result.losses, "y", colours.train, ".3f")]
    if settled := result.settled():
        lines.append(("neighbours as at the end", settled, "y2", colours.validation, ".0%"))
    for name, values, axis, colour, form in lines:
        figure.add_scatter(
            x=epochs,
            y=values,
            name=name,
            yaxis=axis,
            mode="lines+markers",
            line={"color": colour, "width": 2.2},
            marker={"size": 7, "color": colour},
            hovertemplate=f"epoch %{{x}}: <b>%{{y:{form}}}</b><extra>{name}</extra>",
        )
    figure.update_layout(
        showlegend=True,
        xaxis={"title_text": "epoch", "dtick": 1 if len(epochs) <= 12 else None},
        yaxis={"domain": [0.56, 1], "title_text": "loss", "nticks": 5},
        yaxis2={
            "domain": [0, 0.44],
            "title_text": "neighbours",
            "tickformat": ".0%",
            "range": [0, 1.05],
            "nticks": 4,
        },
    )
    return figure


def skip_gram_pairs(step: SkipGramStep, dark: bool = False) -> go.Figure:
    """Draw how probable it is that each word stands near the centre word, before and after the step."""
    figure, colours = bare("one step of skip-gram", dark, height=90 + 44 * len(step.pairs)), palette(dark)
    names = [f"{k + 1}. {pair.word} ({pair.kind})" for k, pair in enumerate(step.pairs)]
    before, after = ([getattr(p, name) for p in step.pairs] for name in ("probability", "probability_after"))
    for name, values, colour in (
        ("before the step", before, faint(colours.train, 0.45)),
        ("after the step", after, colours.train),
    ):
        figure.add_bar(
            y=names,
            x=values,
            name=name,
            orientation="h",
            marker_color=colour,
            hovertemplate=f"%{{y}}<br>{name}: <b>%{{x:.3f}}</b><extra></extra>",
        )
    figure.add_scatter(
        y=names,
        x=[pair.label for pair in step.pairs],
        name="wanted",
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": colours.ink},
        hovertemplate="%{y}<br>wanted: <b>%{x}</b><extra></extra>",
    )
    figure.update_layout(
        barmode="group",
        showlegend=True,
        xaxis={"range": [-0.03, 1.03], "title_text": "probability that it stands near", "tickformat": ".1f"},
        yaxis={"autorange": "reversed"},
    )
    return figure
