"""Weights of a run: drift of each part and tensor, and learned layer weights."""

from pages._ui.shell import page_header, result_cache, st, tables
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.reporting.blocks import figure_name
from translearn_core.reporting.training_section import TRAINING
from translearn_core.results import Drift, LayerMix, RunSummary
from translearn_core.results.format import percent
from translearn_core.runs import Run


def panel(run: Run[ExperimentConfig]) -> None:
    """Show a run's weight drift, if it was measured."""
    drift = result_cache.cached_result(run, Drift)
    if drift is None or run.job.config.fitted_at_once:
        return
    st.subheader("What moved? Weight drift", anchor=False)
    st.caption(
        "Relative change of the weights of each part since the start of training. That of frozen parts is "
        "measured too, and must be zero."
    )
    tables.figure(
        plots.drift_bars(drift, page_header.dark()),
        drift.by_part(),
        "what_moved",
        key="drift",
        alt="Change of each part",
        note=figure_name(TRAINING, "moved in all"),
    )
    if (of_epoch := best_epoch_note(run)) is not None:
        st.caption(of_epoch)
    with st.expander("Every tensor", icon=":material/data_array:"):
        tables.table(drift.frame(), "tensors", key="tensors")


def best_epoch_note(run: Run) -> str | None:
    """Return a note on the best epoch of a run; None if it is the last."""
    run_summary = result_cache.cached_result(run, RunSummary)
    if run_summary is None or run_summary.best_epoch == run_summary.epochs:
        return None
    return (
        f"These are the weights of epoch {run_summary.best_epoch} of {run_summary.epochs}: it was the best "
        "on validation, so it was kept. Later epochs were discarded."
    )


def layers(run: Run) -> None:
    """Show the layer weights of a run that has learned them."""
    mix = result_cache.cached_result(run, LayerMix)
    if mix is None:
        return
    st.subheader("Which layers does the head read? Layer weights", anchor=False)
    st.markdown(caption(mix))
    picture = plots.layer_weights(mix, page_header.dark())
    tables.figure(picture, mix.frame(), "layers", key="layers", alt="Weight of every layer")


def caption(mix: LayerMix) -> str:
    """Return a sentence on the layer with the largest weight."""
    largest = max(range(len(mix.weights)), key=mix.weights.__getitem__)
    where = (
        "the embeddings, before any block" if largest == 0 else f"layer {largest}, after block {largest - 1}"
    )
    equal = percent(1 / len(mix.weights))
    if percent(mix.weights[largest]) == equal:
        return f"The head learned a weight for every layer, and they stayed equal: {equal} each."
    return (
        f"The head learned a weight for every layer. The largest is that of **{where}**: "
        f"{percent(mix.weights[largest])}; equal weights would be {equal} each."
    )
