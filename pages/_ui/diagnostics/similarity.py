"""Similarity panel: CKA of layers before and after training, weight drift, second-seed control."""

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.forms import training_timeline
from pages._ui.results import weights
from pages._ui.runs import run_picker
from pages._ui.shell import jobs, result_cache, st, tables
from translearn_core.config import ExperimentConfig, differ_only_in_seed, next_seed_run
from translearn_core.jobs import SIMILARITY, SimilarityConfig
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Drift, RunSummary
from translearn_core.results.format import approximate_duration
from translearn_core.runs import Run, State

CONTINUED = "This run continues another one, so a second seed would have to begin with that one."
JOINT = "This is one of several targets that trained together: a second seed of it alone differs in more."


def panel(run: Run[ExperimentConfig]) -> None:
    """Show a run's representation similarity, weight drift and timeline."""
    config = run.job.config
    diagnostic.heading(SIMILARITY)
    drift, similarity_config = result_cache.cached_result(run, Drift), _config(run)
    result = diagnostic.result(SIMILARITY, similarity_config)
    if result is not None:
        diagnostic.show(SIMILARITY, result, ReportData(run.name, drift=drift))
        if (of_epoch := weights.best_epoch_note(run)) is not None:
            st.caption(of_epoch)
        if similarity_config.second_seed_run is None:
            _second_seed(run, config)
    if drift is not None:
        with st.expander("Every tensor", icon=":material/data_array:"):
            tables.table(drift.frame(), "tensors", key="moved_tensors")
    training_timeline.show_actual(run)


def second_seed(config: ExperimentConfig) -> Run | None:
    """Return the owner's oldest finished run that differs only in the seed."""
    done = [run for run in run_picker.runs_with_results() if run.state is State.DONE]
    same = [run for run in done if differ_only_in_seed(config, run.job.config)]
    return min(same, key=lambda run: run.created, default=None)


def _config(run: Run[ExperimentConfig]) -> SimilarityConfig:
    """Return the job config, with the second-seed run if there is one."""
    alone, other = SimilarityConfig(job=run.job.id), second_seed(run.job.config)
    if other is None:
        return alone
    both = SimilarityConfig(job=run.job.id, second_seed_run=other.job.id)
    if jobs.find_run(alone) is not None and jobs.find_run(both) is None:
        jobs.submit(both)  # the second seed has ended since
    return both


def _second_seed(run: Run[ExperimentConfig], config: ExperimentConfig) -> None:
    """Offer to train the run with another seed, or show its progress."""
    if config.resume_from is not None:
        st.caption(CONTINUED)
        return
    if config.joint_run is not None:
        st.caption(JOINT)
        return
    summary = result_cache.cached_result(run, RunSummary)
    cost = (
        f"about {approximate_duration(summary.seconds['total'])}, as this run did"
        if summary
        else "as long as this run"
    )
    diagnostic.offer_control(
        next_seed_run(config),
        f"{run.name}, second seed",
        "Training a second seed",
        "How much of this is chance? Train the same run with another seed: differences between the two are "
        f"not due to the task. It takes {cost}.",
        label="Train a second seed",
        key="second_seed",
        icon="casino",
    )
