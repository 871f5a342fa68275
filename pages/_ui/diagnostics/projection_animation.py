"""Animation of the 2-D projections of all layers, before and after training."""

from pages._ui.runs import run_actions, run_picker
from pages._ui.shell import documentation_links, jobs, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import ProjectionAnimationConfig
from translearn_core.results import BackboneInfo, ProjectionAnimation
from translearn_core.runs import Run, State

LOOK = (
    "An animation of the 2-D projections of all layers. Press Play, or move the slider, and follow the "
    "points from the embeddings to the last layer: do {noun}s of one class come together, and more so after "
    "training? Solid points are test {noun}s, which the model never learned from."
)
HEAD_ONLY = "Only the head trained in this run, so no layer changed: there is one projection of each."
UNSEEN = "The layers of this architecture cannot be looked at one by one, so there is nothing to show."
HOW = (
    "Each layer is projected on its two principal components (PCA of both models together), rotated to match "
    "the layer before (Procrustes alignment). Directions and distances between layers mean nothing; only "
    "neighbourhoods do, and the lines below are their evidence: label agreement of nearest neighbours in all "
    "dimensions of the layer, with 95 % intervals."
)
BESIDE, STACKED = "Side by side", "One above the other"


def panel(run: Run[ExperimentConfig], backbone_info: BackboneInfo) -> None:
    """Show a run's projection animation, or the button that computes it."""
    config = run.job.config
    st.subheader("Layer by layer", anchor=False)
    if (nothing := unsupported_reason(backbone_info)) is not None:
        st.caption(nothing)
        return
    st.markdown(LOOK.format(noun=config.data.row_noun))
    documentation_links.more_about("diagnostics", "projection_animation")
    if not config.trains_backbone:
        st.caption(HEAD_ONLY)
    animation_config = ProjectionAnimationConfig(job=run.job.id)
    submitted = jobs.find_run(animation_config)
    if submitted is None or submitted.state is State.STOPPED:
        if st.button("Show every layer", key="film", icon=":material/movie:"):
            jobs.submit(animation_config)
            st.rerun()
        return
    result = run_actions.result_or_stop(animation_config, "stop-film")
    if result is not None:
        _show(run, result, both=config.trains_backbone)


def unsupported_reason(backbone_info: BackboneInfo) -> str | None:
    """Return why the layers cannot be shown; None if they can."""
    return None if backbone_info.supports_partial_forward else UNSEEN


def _show(run: Run[ExperimentConfig], result: ProjectionAnimation, *, both: bool) -> None:
    stacked = both and _stacked()
    with st.container(width=620 if stacked else 1100):  # a wider figure would only add margins
        tables.chart(
            plots.projection_animation(result, 0, page_header.dark(), stacked=stacked),
            key=f"walked-{stacked}",
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
    """Choose the layout of the two panes; stacked by default on a phone."""
    on_a_phone = "Mobi" in st.context.headers.get("User-Agent", "")
    state.init_widget("film_panes", STACKED if on_a_phone else BESIDE)
    st.segmented_control(
        "Before and after",
        [BESIDE, STACKED],
        key="film_panes",
        required=True,
        help="one above the other is for narrow screens",
    )
    return bool(state.get_value("film_panes") == STACKED)
