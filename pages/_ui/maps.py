"""Projections side by side, and the texts behind the points a person circles."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages._ui import heading, state, tables
from pages._ui.picked import inside
from pages._ui.words import percent, plain
from translearn_core import plots
from translearn_core.results import Evaluation, Projection

COLOURS: dict[str, plots.Colouring] = {
    "Label": "label",
    "Prediction": "predicted",
    "Error": "error",
    "Split": "split",
}
"""What points may be coloured by, as it is called on screen."""

TITLES = {"pretrained": "Before training", "fine-tuned": "After training"}

PURITY = (
    "for the test texts, which the model never learned from: the share of a text's 10 nearest neighbours, "
    "among all texts on the map and in the layer's full width, that carry its label"
)
"""What the number below each picture says."""


def layer(n_blocks: int) -> int:
    """Choose a layer, the last one at first."""
    if state.value("layer", n_blocks) > n_blocks:
        state.put("layer", n_blocks)
    state.seed("layer", n_blocks)
    help_ = "0: the embeddings, before any block; k: after block k-1"
    return st.slider("Layer", 0, n_blocks, key="layer", help=help_, width=260)


def pair(projection: Projection, colour: plots.Colouring) -> NDArray[np.int64] | None:
    """Draw every variant and return the points circled in any of them, None if none were."""
    picked: NDArray[np.int64] | None = None
    for number, column in enumerate(st.columns(len(projection.variants))):
        variant = projection.variants[number]
        with column:
            st.markdown(f"**{TITLES.get(variant, plain(variant))}**")
            event = st.plotly_chart(
                plots.projection(projection, number, colour, heading.dark()),
                key=f"map-{variant}",
                on_select="rerun",
                selection_mode=("box", "lasso"),
                theme=None,
                config=tables.CONFIG,
                alt=f"Texts as points, {variant}",
            )
            st.metric(
                "Neighbours of the same class",
                "–" if np.isnan(projection.purity[number]) else percent(projection.purity[number]),
                border=True,
                help=PURITY,
            )
            hit = inside(projection.coordinates[number], event["selection"])
            if len(hit):
                picked = hit if picked is None else np.union1d(picked, hit)
    return picked


def said(projection: Projection) -> None:
    """Say how the pictures were made, and offer their numbers."""
    settings = ", ".join(f"{name} {value}" for name, value in projection.settings.items())
    shown = "all" if len(projection.row) == projection.total else f"{len(projection.row):,} of"
    st.caption(
        f"{plain(settings)}; {shown} {projection.total:,} texts. Distances between far-apart groups mean "
        "little."
    )
    tables.download(projection.frame, "projection", key="projection", label="Coordinates as CSV")


def texts(projection: Projection, evaluation: Evaluation, picked: NDArray[np.int64]) -> None:
    """List the texts of some points."""
    rows = evaluation.predictions.iloc[projection.index[picked]]
    st.caption(f"{len(rows):,} texts")
    wide = {"text": st.column_config.TextColumn(width="large"), **tables.fractions("confidence")}
    tables.table(
        rows[["text", "label", "predicted", "confidence", "split", "row"]],
        "circled",
        key="circled",
        config=wide,
    )
