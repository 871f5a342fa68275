"""Targets of a training of several: their scores, what sharing gave or cost, and the choice of one."""

from pages._ui.diagnostics import panel
from pages._ui.runs import training_monitor
from pages._ui.shell import jobs, language, navigation, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig
from translearn_core.errors import NotFoundError
from translearn_core.jobs import TRAIN, PairedComparisonConfig
from translearn_core.jobs.diagnostics.gradient_conflict import GRADIENT_CONFLICT
from translearn_core.results import RunSummary
from translearn_core.results.metric import LOSS, MEAN_SCORE, metric_of
from translearn_core.results.training.joint_targets import (
    forgetting,
    forgetting_frame,
    target_histories,
    targets_frame,
)
from translearn_core.runs import Run, State
from translearn_core.tasks import PROBLEMS

LOSS_WEIGHTS = (
    "Uncertainty weighting: the weight of each target's loss is learned with the model, as the inverse of "
    "the target's noise. The noisier a target, the lower its weight; it starts at 1 for labels and at 0.5 "
    "for numbers (Kendall et al. 2018)."
)
SHARING = "What did sharing the backbone give or cost?"


def choose(run: Run[ExperimentConfig]) -> Run[ExperimentConfig]:
    """Show the targets of a training of several and return the run of the chosen one; else `run`."""
    if run.job.config.joint_run is not None:
        _link_to_all(run.owner, run.job.config.joint_run)
    if not run.job.config.data.several_targets:
        return run
    configs = {one.data.label: one for one in run.job.config.target_runs(run.job.id)}
    summaries = {column: jobs.submit_and_watch(config) for column, config in configs.items()}
    known = {column: summary for column, summary in summaries.items() if summary is not None}
    if len(known) < len(configs):
        navigation.stop_page()
    alone = {column: config.model_copy(update={"joint_run": None}) for column, config in configs.items()}
    _scores(run, known, alone)
    _curves(run)
    _loss_weights(run)
    _forgetting(run)
    _sharing(run, configs, alone)
    _conflict(run)
    st.subheader("One target", anchor=False)
    column = st.segmented_control(
        "Target",
        list(configs),
        format_func=language.AsWritten,
        default=next(iter(configs)),
        required=True,
        key=f"target-{run.id}",
        help="everything below is about this target; it is a run of its own in the list of runs too",
    )
    chosen = jobs.find_run(configs[column])
    assert chosen is not None
    _curves_beside(chosen, jobs.find_run(alone[column]), column)
    return state.store().run(run.owner, chosen.id, TRAIN)


def _link_to_all(owner: str, job: str) -> None:
    """Say that a run is one target of a training of several, with a link to it."""
    try:
        joint = state.store().run(owner, job, TRAIN)
    except NotFoundError:
        st.caption("One target of a training of several, which was deleted.")
        return
    columns = ", ".join(plain(target.column) for target in joint.job.config.data.targets)
    st.caption(f"One target of a training of several: {columns}.")
    navigation.link("results", "All targets", run=joint.id)


def _scores(
    run: Run[ExperimentConfig], summaries: dict[str, RunSummary], alone: dict[str, ExperimentConfig]
) -> None:
    known = {column: jobs.known(config) for column, config in alone.items()}
    single = {column: summary for column, summary in known.items() if summary is not None}
    st.subheader("Scores of each target", anchor=False)
    mean = metric_of(MEAN_SCORE)
    if run.job.config.sequential:
        st.caption("The targets trained one after the other; the weights are those of the last epoch.")
    else:
        st.caption(f"The best epoch has the highest {mean.label} on validation: {mean.meaning}.")
    names = ("test", "test low", "test high", "test alone", "validation", "constant baseline")
    columns = tables.fractions(*names)
    share = all(summary.test.metric.share for summary in summaries.values())
    frame = targets_frame(summaries, single)
    tables.table(frame, "targets", key="targets", config=columns if share else None)


def _curves(run: Run[ExperimentConfig]) -> None:
    """Show the learning curves of all targets in one figure."""
    names = [target.column for target in run.job.config.data.targets]
    histories = target_histories(state.store().history(run.job.id), names)
    measure = training_monitor.choose_metric(f"targets_measure-{run.id}", *histories.values())
    tables.chart(
        plots.compare_training_curves(histories, measure, page_header.dark()),
        key="target_curves",
        alt="Learning curves of the targets",
    )


def _loss_weights(run: Run[ExperimentConfig]) -> None:
    """Show the weight of each target's loss by epoch, if they are learned."""
    history = state.store().history(run.job.id)
    if (frame := history.loss_weight_frame()).empty:
        return
    st.subheader("Learned weights of the losses", anchor=False, help=LOSS_WEIGHTS)
    tables.figure(
        plots.loss_weights(history, page_header.dark()),
        frame,
        "loss_weights",
        key="loss_weights",
        alt="Weight of each target's loss by epoch",
    )


def _forgetting(run: Run[ExperimentConfig]) -> None:
    """Say what was forgotten of each target that trained before another."""
    config = run.job.config
    if not config.sequential:
        return
    selections = {target.column: PROBLEMS[target.problem].selection for target in config.data.targets}
    forgotten = forgetting(state.store().history(run.job.id), selections)
    st.subheader("What was forgotten?", anchor=False)
    for one in forgotten:
        st.markdown(plain(one.sentence()))
    tables.table(forgetting_frame(forgotten), "forgotten_targets", key="forgotten_targets")


def _conflict(run: Run[ExperimentConfig]) -> None:
    """Show the conflict of the targets' gradients, or say why there is none."""
    if GRADIENT_CONFLICT.unsupported(run.job.config):
        return
    panel.panel(GRADIENT_CONFLICT, run)


def _curves_beside(joint: Run, alone: Run | None, column: str) -> None:
    """Show the validation curve of a target beside that of the run that trains it alone, if there is one."""
    if alone is None or alone.state is not State.DONE:
        return
    store = state.store()
    both, single = store.history(joint.job.id), store.history(alone.job.id)
    shared = [name for name in single.metrics if name in both.metrics]
    measure = shared[1] if len(shared) > 1 else LOSS
    histories = {"with the other targets": both, "alone": single}
    tables.chart(
        plots.compare_training_curves(histories, measure, page_header.dark()),
        key=f"curves_beside-{column}",
        alt="Learning curves of the target with the others and alone",
    )


def _sharing(
    run: Run[ExperimentConfig], configs: dict[str, ExperimentConfig], alones: dict[str, ExperimentConfig]
) -> None:
    """Compare each target with the run that trains it alone, where there is one."""
    st.subheader(SHARING, anchor=False)
    missing = []
    for column, config in configs.items():
        alone = alones[column]
        known, joint = jobs.find_run(alone), jobs.find_run(config)
        if known is None or known.state is not State.DONE:
            missing.append((column, alone))
            if known is not None and known.state.live:
                st.caption(f"{plain(column)} alone: {jobs.progress_text(known)}")
            continue
        assert joint is not None
        result = jobs.submit_and_watch(PairedComparisonConfig(job=known.job.id, other=joint.job.id))
        if result is not None:
            first, *_ = result.sentences(f"the run of {column} alone", f"{column} with the other targets")
            st.markdown(plain(first))
    fresh = [(column, alone) for column, alone in missing if jobs.find_run(alone) is None]
    if not fresh:
        return
    st.caption(
        "Only the same training of a target alone, on the same rows, shows what the others gave or cost it."
    )
    if st.button("Train each target alone", key="train_alone", icon=":material/call_split:"):
        for column, alone in fresh:
            jobs.submit(alone, f"{run.name}: {column} alone")
        st.rerun()
