"""The numbers beside the pictures: how texts of one class lie, and how far a picture shows it."""

import math

import streamlit as st

from pages._ui.shell.formatting import percent, span
from translearn_core.results import Projection

TITLES = {"pretrained": "Before training", "fine-tuned": "After training"}
"""What variants are called on screen."""

PURITY = (
    "For the test texts, which the model never learned from: the share of a text's 10 nearest neighbours, "
    "among all texts on the map and in the layer's full width, that carry its label; below it the 95 % "
    "interval."
)
SILHOUETTE = (
    "How much nearer a test text lies to its own class than to the next one, in the layer's full width. "
    "1: classes are tight and far apart; 0: they overlap; -1: texts lie in the midst of another class."
)
TRUSTWORTHINESS = (
    "How far to believe this picture: whether neighbours on it are neighbours in the layer's full width. "
    "1: all of them are; about 0.5: the picture might as well be drawn by chance."
)
KEPT = (
    "Of the 10 texts nearest to a text before training, how many are still among its 10 nearest after it. "
    "All: nothing moved; few: training has sorted the texts anew."
)


def beside(projection: Projection, number: int) -> None:
    """Show the numbers of one picture, and the line to hold the first against."""
    found = projection.nearness[number]
    known = not math.isnan(found.purity)
    with st.container(border=True, horizontal=True, gap="medium", key=f"nearness-{number}"):
        st.metric(
            "Same class",
            percent(found.purity) if known else "–",
            span(found.interval.low, found.interval.high) if known else None,
            delta_color="off",
            delta_arrow="off",
            help=PURITY,
            width="content",
        )
        st.metric("Silhouette", _plain(found.silhouette), help=SILHOUETTE, width="content")
        st.metric("Trustworthiness", _plain(found.trustworthiness), help=TRUSTWORTHINESS, width="content")
    if known:
        st.caption(f"Neighbours drawn blindly: {percent(projection.chance)} of the same class.")
    else:
        st.caption("There are too few test texts to ask for their neighbours.")


def between(projection: Projection) -> None:
    """Say how many neighbours a text has in both pictures."""
    if not math.isnan(projection.kept):
        interval = span(projection.kept_interval.low, projection.kept_interval.high)
        st.markdown(
            f"From the first picture to the last a text keeps **{percent(projection.kept)}** of its 10 "
            f"nearest neighbours (95 % interval {interval}).",
            help=KEPT,
        )


def _plain(number: float) -> str:
    return "–" if math.isnan(number) else f"{number:.2f}"
