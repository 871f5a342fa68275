"""What moved inside: layers before against after, how far the weights went, and what chance alone moves."""

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

HEAD_ONLY = "Only the head trained in this run. No layer below it moved, so there is nothing to compare."
LOOK = (
    "Each layer is asked how it arranges the texts: which are close to each other, which are far apart. Look "
    "for the layers where that arrangement after training is no longer the one before."
)
MAP = (
    "1: the same arrangement, up to turning and stretching; 0: nothing in common (the measure is called "
    "debiased CKA). Follow the diagonal: where it fades, that layer was changed. Off the diagonal, "
    "neighbouring layers are alike in any case."
)
LINES = (
    "Above: what lies below the dashed line changed more than another seed alone would change it; below the "
    "dotted line two untrained networks are more alike. Underneath: how far the weights went. Much moved and "
    "little changed, or the other way round, are both worth a thought."
)
CONTINUED = "This run goes on from another one, so a second seed would have to begin with that one."


def panel(run: Run) -> None:
    """Show what moved in a run, and when."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    st.subheader("What moved inside", anchor=False)
    if not config.trains_backbone:
        st.caption(HEAD_ONLY)
        return
    st.markdown(LOOK)
    drift, asked = result_cache.cached_result(run, Drift), _asked(run, config)
    if asked is None:
        st.caption("It reads up to 2,000 texts with four models, which takes some seconds to a minute.")
        if st.button("Compare the layers", key="compare_layers", icon=":material/difference:"):
            jobs.submit(SimilarityConfig(job=run.job.id))
            st.rerun()
    else:
        found = jobs.submit_and_watch(asked, Similarity, "Comparing the layers")
        if found is not None:
            _show(run, found, drift)
            if asked.sibling is None:
                _second_seed(run, config)
    if drift is not None:
        with st.expander("Every tensor", icon=":material/data_array:"):
            tables.table(drift.frame(), "tensors", key="moved_tensors")
    training_timeline.show_actual(run)


def second_seed(config: ExperimentConfig) -> Run | None:
    """Return the owner's first finished run that differs in nothing but the seed."""
    done = [run for run in run_picker.runs_with_results() if run.state is State.DONE]
    same = [run for run in done if differ_only_in_seed(config, _experiment(run))]
    return min(same, key=lambda run: run.created, default=None)


def _asked(run: Run, config: ExperimentConfig) -> SimilarityConfig | None:
    """Return the question, with the other seed as soon as there is one; None if nobody has asked yet."""
    alone = SimilarityConfig(job=run.job.id)
    other = second_seed(config)
    both = alone if other is None else alone.model_copy(update={"sibling": other.job.id})
    return both if jobs.found(alone) or jobs.found(both) else None


def _show(run: Run, found: Similarity, drift: Drift | None) -> None:
    st.markdown(plain(found.sentence))
    dark = page_header.dark()
    alt = "How alike each layer is before and after training, and how far the weights below it went"
    tables.figure(
        plots.similarity_lines(found, drift, dark),
        found.frame(),
        "layers_moved",
        key="similarity_lines",
        alt=alt,
    )
    st.caption(LINES)
    if (of_epoch := weight_drift.best_epoch_note(run)) is not None:
        st.caption(of_epoch)
    alt = "Each layer before training against each layer after it"
    tables.figure(
        plots.similarity_map(found, dark), found.pairs(), "layer_pairs", key="similarity_map", alt=alt
    )
    st.caption(MAP)


def _second_seed(run: Run, config: ExperimentConfig) -> None:
    """Offer to train the run once more with another seed, or show how far that is."""
    if config.continues is not None:
        st.caption(CONTINUED)
        return
    wanted = next_seed_run(config)
    other = jobs.found(wanted)
    if other is not None and other.state.live:
        jobs.watch(other, "Training a second seed")
        return
    if other is not None and other.state is State.FAILED:
        errors.show_error(other.job.reason or "The second seed failed without saying why.")
    summary = result_cache.cached_result(run, RunSummary)
    cost = f"about {about(summary.seconds['total'])}, as this run did" if summary else "as long as this run"
    st.caption(
        "How much of this is chance? The same run with another seed tells: what differs between the two, no "
        f"task has asked for. It takes {cost}."
    )
    if st.button("Train a second seed", key="second_seed", icon=":material/casino:"):
        jobs.submit(wanted, f"{run.name}, second seed")
        st.rerun()


def _experiment(run: Run) -> ExperimentConfig:
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    return config
