"""Metrics below the projections: label agreement, silhouette, trustworthiness, neighbour overlap."""

import math

from pages._ui.shell import st
from pages._ui.shell.formatting import span
from translearn_core.results import Projection
from translearn_core.results.format import percent

TITLES = {"pretrained": "Before training", "fine-tuned": "After training"}
"""Titles of the model variants."""

PURITY = (
    "10-nearest-neighbour label agreement: the share of a test {noun}'s 10 nearest neighbours, among all "
    "{noun}s of the projection and in all dimensions of the layer, that have its label; below it the 95 % "
    "interval."
)
SILHOUETTE = (
    "How much nearer a test {noun} is to its own class than to the next one, in all dimensions of the layer. "
    "1: classes are compact and far apart; 0: they overlap; -1: {noun}s lie within another class."
)
TRUSTWORTHINESS = (
    "Whether neighbours in this projection are neighbours in all dimensions of the layer. 1: all of them "
    "are; about 0.5: no better than a random layout."
)
OVERLAP_HELP = (
    "Overlap: of a {noun}'s 10 nearest neighbours before training, the share that is still among its 10 "
    "nearest after it. All: nothing moved; few: training rearranged the {noun}s."
)


def quality_metrics(projection: Projection, number: int, noun: str) -> None:
    """Show the metrics of one projection, with the chance level of the first."""
    quality = projection.nearness[number]
    has_purity = not math.isnan(quality.purity.value)
    with st.container(border=True, horizontal=True, gap="medium", key=f"nearness-{number}"):
        st.metric(
            "Label agreement",
            percent(quality.purity.value) if has_purity else "–",
            span(quality.purity.low, quality.purity.high) if has_purity else None,
            delta_color="off",
            delta_arrow="off",
            help=PURITY.format(noun=noun),
            width="content",
        )
        st.metric(
            "Silhouette", _plain(quality.silhouette), help=SILHOUETTE.format(noun=noun), width="content"
        )
        st.metric("Trustworthiness", _plain(quality.trustworthiness), help=TRUSTWORTHINESS, width="content")
    if has_purity:
        st.caption(f"Chance level of the label agreement: {percent(projection.chance)}.")
    else:
        st.caption(f"There are too few test {noun}s to compute the label agreement.")


def neighbour_overlap(projection: Projection, noun: str) -> None:
    """Show the overlap of nearest neighbours between the first and the last projection."""
    overlap = projection.overlap
    if not math.isnan(overlap.value):
        st.markdown(
            f"Neighbour overlap: **{percent(overlap.value)}** of a {noun}'s 10 nearest neighbours are the "
            f"same before and after training (95 % interval {span(overlap.low, overlap.high)}).",
            help=OVERLAP_HELP.format(noun=noun),
        )


def _plain(number: float) -> str:
    return "–" if math.isnan(number) else f"{number:.2f}"
