"""Similarity panel: CKA of layers before and after training, weight drift, second-seed control."""

import streamlit as st

from pages._ui.forms import training_timeline
from pages._ui.results import weight_drift
from pages._ui.runs import run_picker
from pages._ui.shell import errors, jobs, page_header, result_cache, tables
from pages._ui.shell.formatting import about, plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, SimilarityConfig, differ_only_in_seed, next_seed_run
from translearn_core.results import Drift, RunSummary, Similarity
from translearn_core.runs import Run, State

HEAD_ONLY = "Only the head trained in this run. No layer below it changed, so there is nothing to compare."
LOOK = (
    "Representation similarity compares how a layer arranges the texts, which are close and which are far "
    "apart, before and after training. Look for the layers where it falls."
)
MAP = (
    "Debiased linear CKA (centered kernel alignment). 1: the same arrangement up to rotation and scale; "
    "0: nothing in common. Follow the diagonal: where it fades, that layer changed. Off the diagonal, "
    "neighbouring layers are similar in any case."
)
LINES = (
    "Above: a layer below the dashed line changed more than another seed alone would change it; below the "
    "dotted line two untrained networks are more similar. Underneath: weight drift, the relative change of "
    "the weights. Large drift with high similarity, or the reverse, is worth a look."
)
CONTINUED = "This run continues another one, so a second seed would have to begin with that one."


def panel(run: Run) -> None:
    """Show a run's representation similarity, weight drift and timeline."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    st.subheader("What moved? Representation similarity (CKA)", anchor=False)
    if not config.trains_backbone:
        st.caption(HEAD_ONLY)
        return
    st.markdown(LOOK)
    drift, similarity_config = result_cache.cached_result(run, Drift), _asked(run, config)
    if similarity_config is None:
        st.caption("It reads up to 2,000 texts with four models, which takes some seconds to a minute.")
        if st.button("Compare the layers", key="compare_layers", icon=":material/difference:"):
            jobs.submit(SimilarityConfig(job=run.job.id))
            st.rerun()
    else:
        result = jobs.submit_and_watch(similarity_config, Similarity, "Comparing the layers")
        if result is not None:
            _show(run, result, drift)
            if similarity_config.sibling is None:
                _second_seed(run, config)
    if drift is not None:
        with st.expander("Every tensor", icon=":material/data_array:"):
            tables.table(drift.frame(), "tensors", key="moved_tensors")
    training_timeline.show_actual(run)


def second_seed(config: ExperimentConfig) -> Run | None:
    """Return the owner's oldest finished run that differs only in the seed."""
    done = [run for run in run_picker.runs_with_results() if run.state is State.DONE]
    same = [run for run in done if differ_only_in_seed(config, _experiment(run))]
    return min(same, key=lambda run: run.created, default=None)


def _asked(run: Run, config: ExperimentConfig) -> SimilarityConfig | None:
    """Return the job config, with the second-seed run if there is one; None if never submitted."""
    alone = SimilarityConfig(job=run.job.id)
    other = second_seed(config)
    both = alone if other is None else alone.model_copy(update={"sibling": other.job.id})
    return both if jobs.found(alone) or jobs.found(both) else None


def _show(run: Run, result: Similarity, drift: Drift | None) -> None:
    st.markdown(plain(result.sentence))
    dark = page_header.dark()
    alt = "CKA of each layer before and after training, and weight drift below it"
    tables.figure(
        plots.similarity_lines(result, drift, dark),
        result.frame(),
        "layers_moved",
        key="similarity_lines",
        alt=alt,
    )
    st.caption(LINES)
    if (of_epoch := weight_drift.best_epoch_note(run)) is not None:
        st.caption(of_epoch)
    alt = "Each layer before training against each layer after it"
    tables.figure(
        plots.similarity_map(result, dark), result.pairs(), "layer_pairs", key="similarity_map", alt=alt
    )
    st.caption(MAP)


def _second_seed(run: Run, config: ExperimentConfig) -> None:
    """Offer to train the run with another seed, or show its progress."""
    if config.continues is not None:
        st.caption(CONTINUED)
        return
    second = next_seed_run(config)
    other = jobs.found(second)
    if other is not None and other.state.live:
        jobs.watch(other, "Training a second seed")
        return
    if other is not None and other.state is State.FAILED:
        errors.show_error(other.job.reason or "The second seed failed without saying why.")
    summary = result_cache.cached_result(run, RunSummary)
    cost = f"about {about(summary.seconds['total'])}, as this run did" if summary else "as long as this run"
    st.caption(
        "How much of this is chance? Train the same run with another seed: differences between the two are "
        f"not due to the task. It takes {cost}."
    )
    if st.button("Train a second seed", key="second_seed", icon=":material/casino:"):
        jobs.submit(second, f"{run.name}, second seed")
        st.rerun()


def _experiment(run: Run) -> ExperimentConfig:
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    return config
