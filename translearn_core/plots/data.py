"""What the data look like before anything is trained: rows by class, tokens by text."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.config import Split
from translearn_core.plots.palette import palette
from translearn_core.plots.theme import bare
from translearn_core.plots.wording import labels
from translearn_core.results import Diagnosis


def class_counts(diagnosis: Diagnosis, dark: bool = False) -> go.Figure:
    """Draw rows by class, commonest on top, each bar divided into train, validation and test."""
    colours = palette(dark)
    splits = [str(s) for s in Split]
    counts = diagnosis.counts
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
            textfont={"size": 12, "color": colours.muted},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    figure.update_xaxes(title_text="rows", showgrid=True, nticks=6, range=[0, 1.08 * max(totals.max(), 1)])
    figure.update_yaxes(
        type="category",
        showgrid=False,
        tickfont_size=12 if few else 10,
        categoryorder="array",
        categoryarray=names,
    )
    figure.update_layout(
        barmode="stack", bargap=0.25, legend_traceorder="normal", barcornerradius=0, margin_r=40
    )
    return figure


def text_lengths(diagnosis: Diagnosis, dark: bool = False) -> go.Figure:
    """Draw how many texts have how many tokens (`lengths`: tokens, texts), and where longer ones are cut."""
    colours, lengths = palette(dark), diagnosis.lengths
    tokens, limit = lengths["tokens"].to_numpy(), diagnosis.token_limit
    figure = bare("lengths", dark, height=300)
    width = float(np.diff(tokens).min()) if len(tokens) > 1 else 1.0
    figure.add_bar(
        x=tokens,
        y=lengths["texts"],
        width=width,
        offset=0,
        marker={"color": np.where(tokens >= limit, colours.wrong, colours.pretrained), "line": {"width": 0}},
        hovertemplate="%{x} tokens: <b>%{y:,} texts</b><extra></extra>",
        showlegend=False,
    )
    figure.add_vline(x=limit, line={"color": colours.ink, "width": 1.5, "dash": "dash"})
    past_middle = limit > (tokens.max() if len(tokens) else 0) / 2
    figure.add_annotation(
        x=limit,
        y=1,
        yref="paper",
        text=f"cut at {limit} tokens: {diagnosis.cut_share:.1%} of the texts",
        showarrow=False,
        xanchor="right" if past_middle else "left",
        yanchor="bottom",
        font={"size": 12, "color": colours.ink},
    )
    figure.update_xaxes(title_text="tokens in a text", rangemode="tozero")
    figure.update_yaxes(title_text="texts", nticks=6)
    figure.update_layout(bargap=0.04, barcornerradius=0)
    return figure
