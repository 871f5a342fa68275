"""Layer by layer: the same texts in every layer, before and after training, moved through in the browser."""

import streamlit as st

from pages._ui.runs import run_picker
from pages._ui.shell import jobs, page_header, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, ProjectionAnimationConfig
from translearn_core.results import BackboneInfo, ProjectionAnimation
from translearn_core.runs import Run

LOOK = (
    "Press Play, or pull the slider, and follow the points from the embeddings up to the last layer: do "
    "texts of one class come together, and do they come closer after training than before? Solid points are "
    "test texts, which the model never learned from."
)
HEAD_ONLY = (
    "Only the head trained in this run, so every layer is after training what it was before: there is one "
    "picture of each. It shows what the model could do before it saw your labels."
)
UNSEEN = "The layers of this architecture cannot be looked at one by one, so there is nothing to show."
HOW = (
    "Each layer is seen from the side where its texts lie furthest apart (its two principal components, for "
    "both models together), turned to lie as close as it can to the layer before. Directions and distances "
    "between layers mean nothing; only who lies near whom does, and of that the lines below are the "
    "evidence: they count neighbours in the layer's full width. The shaded ribbons are 95 % intervals."
)
BESIDE, STACKED = "Side by side", "One above the other"


def panel(run: Run, anatomy: BackboneInfo) -> None:
    """Show the texts of a run in every layer."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    st.subheader("Layer by layer", anchor=False)
    if (nothing := why_not(anatomy)) is not None:
        st.caption(nothing)
        return
    st.markdown(LOOK)
    if not config.trains_backbone:
        st.caption(HEAD_ONLY)
    asked = ProjectionAnimationConfig(job=run.job.id)
    if jobs.found(asked) is None:
        if st.button("Show every layer", key="film", icon=":material/movie:"):
            jobs.submit(asked)
            st.rerun()
        return
    result = jobs.submit_and_watch(asked, ProjectionAnimation, "Looking into every layer")
    if result is not None:
        _show(run, result, both=config.trains_backbone)


def why_not(anatomy: BackboneInfo) -> str | None:
    """Return why a run's layers cannot be shown; None if they can."""
    return None if anatomy.supports_partial_forward else UNSEEN


def _show(run: Run, result: ProjectionAnimation, *, both: bool) -> None:
    stacked = both and _stacked()
    with st.container(width=620 if stacked else 1100):  # wider, the panes would only gain empty margins
        st.plotly_chart(
            plots.projection_animation(result, 0, page_header.dark(), stacked=stacked),
            key=f"walked-{stacked}",
            config=tables.CONFIG,
            theme=None,
            alt="Texts as points in every layer, before and after training; same-class neighbours by layer",
        )
    st.markdown(plain(result.sentence))
    st.caption(HOW)
    with st.expander("The numbers", icon=":material/table_rows:"):
        shares = tables.fractions("same-class neighbours", "low", "high", "neighbours kept")
        tables.table(result.frame(), "layers", key="film", config=shares)
        evaluation = run_picker.evaluation(run)
        tables.download(
            lambda: evaluation.with_texts(result.points()),
            "layer_points",
            key="layer_points",
            label="Points as CSV",
        )


def _stacked() -> bool:
    """Choose how the two panes lie: on a telephone one above the other at first."""
    state.init_widget("film_panes", STACKED if _on_a_telephone() else BESIDE)
    st.segmented_control(
        "Before and after",
        [BESIDE, STACKED],
        key="film_panes",
        required=True,
        help="one above the other is for narrow screens",
    )
    return bool(state.get_value("film_panes") == STACKED)


def _on_a_telephone() -> bool:
    """Whether the browser says that it is a telephone's."""
    return "Mobi" in st.context.headers.get("User-Agent", "")
