"""Data profile: rows per class and split, and text lengths in tokens."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.config import ProblemType, Split
from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import annotate_empty, bare
from translearn_core.results import Diagnosis


def class_counts(diagnosis: Diagnosis, dark: bool = False) -> go.Figure:
    """Draw rows per class, most frequent on top, or per range of numbers, by train, validation and test."""
    colours, counts = palette(dark), diagnosis.counts
    splits = [str(s) for s in Split]
    if counts.empty:
        return annotate_empty(bare("classes 0", dark, height=200), "No class has been counted yet.", dark)
    if diagnosis.problem is not ProblemType.REGRESSION:
        counts = counts.loc[counts[splits].sum(axis=1).sort_values(kind="stable").index]
    names = labels(counts["label"], 22)
    few = len(names) <= 30
    figure = bare(f"classes {len(names)}", dark, height=90 + (30 if few else 15) * max(len(names), 2))
    for split in splits:
        figure.add_bar(
            x=counts[split],
            y=names,
            name=split,
            orientation="h",
            marker_color=getattr(colours, split),
            hovertemplate="%{y}<br>%{x:,} rows to " + split + "<extra></extra>",
        )
    totals = counts[splits].sum(axis=1)
    if few:
        figure.add_scatter(
            x=totals,
            y=names,
            text=[f" {n:,}" for n in totals],
            mode="text",
            textposition="middle right",
            textfont={"color": colours.muted},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    title = "words" if diagnosis.problem is ProblemType.TOKENS else "rows"
    figure.update_xaxes(title_text=title, showgrid=True, nticks=6, range=[0, 1.08 * max(totals.max(), 1)])
    figure.update_yaxes(
        type="category",
        showgrid=False,
        categoryorder="array",
        categoryarray=names,
    )
    figure.update_layout(
        barmode="stack", bargap=0.25, legend_traceorder="normal", barcornerradius=0, margin_r=40
    )
    return figure


def text_lengths(diagnosis: Diagnosis, dark: bool = False) -> go.Figure:
    """Draw a histogram of text lengths in tokens, with the token limit marked.

    `diagnosis.lengths` has a row per bin: tokens_from, tokens_to (inclusive), texts.
    """
    colours, bins, limit = palette(dark), diagnosis.lengths, diagnosis.token_limit
    noun = diagnosis.problem.text_noun
    figure = bare("lengths", dark, height=300)
    if bins.empty:
        return annotate_empty(figure, f"No {noun} has been counted yet.", dark)
    starts, ends = bins["tokens_from"].to_numpy(), bins["tokens_to"].to_numpy()
    figure.add_bar(
        x=starts - 0.5,
        y=bins["texts"],
        width=ends - starts + 1,
        offset=0,
        customdata=np.stack([starts, ends], axis=-1),
        marker={"color": np.where(starts > limit, colours.wrong, colours.pretrained), "line": {"width": 0}},
        hovertemplate="%{customdata[0]} to %{customdata[1]} tokens: <b>%{y:,} "
        f"{noun}s</b><extra></extra>",
        showlegend=False,
    )
    figure.add_vline(x=limit + 0.5, line={"color": colours.ink, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        x=limit + 0.5,
        y=1,
        yref="paper",
        text=f"cut at {limit} tokens: {diagnosis.cut_share:.1%} of the {noun}s",
        showarrow=False,
        xanchor="right" if limit > ends.max() / 2 else "left",
        yanchor="bottom",
        font={"color": colours.ink},
    )
    figure.update_xaxes(title_text=f"tokens in a {noun}", range=[0, 1.03 * max(int(ends.max()), limit)])
    figure.update_yaxes(title_text=f"{noun}s", nticks=6)
    figure.update_layout(barcornerradius=0)
    return figure
