"""Forgetting panel: earlier tasks, sentence similarity and masked-word prediction after training."""

from dataclasses import replace

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.runs import run_picker
from pages._ui.shell import st, state, tables
from pages._ui.shell.formatting import distinct
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import FORGETTING, ForgettingConfig
from translearn_core.reporting.blocks import TableBlock
from translearn_core.reporting.diagnostics.forgetting import PAIRS_TABLE
from translearn_core.results import Forgetting
from translearn_core.runs import Run

NO_EARLIER = (
    "You have no other finished run on this backbone with other data. Train one, and its task can be checked "
    "here."
)
COLUMNS: dict[str, object] = {
    "first": st.column_config.TextColumn(width="medium"),
    "second": st.column_config.TextColumn(width="medium"),
    "alike": st.column_config.NumberColumn("meant to be alike", help="0: nothing in common, 4: one meaning"),
    "before": st.column_config.NumberColumn("alike before", format="%.2f"),
    "after": st.column_config.NumberColumn("alike after", format="%.2f"),
    "change": st.column_config.NumberColumn("change", format="%+.2f"),
}
"""Column labels of the sentence pairs."""


def panel(run: Run[ExperimentConfig]) -> None:
    """Show a run's forgetting, or the button that measures it."""
    diagnostic.heading(FORGETTING)
    config = run.job.config
    earlier = (run for run in run_picker.runs_with_results() if is_another_task(run, config))
    names = distinct({run.job.id: run.name for run in earlier})
    result = diagnostic.result(FORGETTING, ForgettingConfig(job=run.job.id, earlier_runs=_choose(run, names)))
    if result is not None:
        diagnostic.show(FORGETTING, _named(result, names), custom={PAIRS_TABLE: _sentence_pairs})


def is_another_task(run: Run[ExperimentConfig], config: ExperimentConfig) -> bool:
    """Whether a run learned another task on the same backbone, and not together with this one."""
    other = run.job.config
    same_model = (other.backbone.id, other.backbone.revision) == (
        config.backbone.id,
        config.backbone.revision,
    )
    same_task = (other.data.dataset, other.data.label) == (config.data.dataset, config.data.label)
    same_training = config.joint_run is not None and other.joint_run == config.joint_run
    return same_model and not same_task and not same_training


def _choose(run: Run, names: dict[str, str]) -> tuple[str, ...]:
    """Choose the earlier runs to measure; at first the newest one."""
    if not names:
        st.caption(NO_EARLIER)
        return ()
    key = f"earlier-{run.id}"
    state.init_widget(key, list(names)[:1])
    state.set_value(key, [job for job in state.get_value(key) if job in names])
    picked = st.multiselect(
        "Earlier runs",
        list(names),
        format_func=names.__getitem__,
        key=key,
        max_selections=20,
        help="other finished runs on the same backbone, whose tasks are measured with this run's backbone",
    )
    return tuple(job for job in names if job in picked)


def _named(result: Forgetting, names: dict[str, str]) -> Forgetting:
    """Return the result with the names of the earlier runs in its sentences."""
    tasks = (
        replace(task, sentence=f"{names[task.run]}, {task.sentence}") if task.run in names else task
        for task in result.tasks
    )
    return replace(result, tasks=tuple(tasks))


def _sentence_pairs(block: TableBlock) -> None:
    st.caption(block.caption)
    tables.table(block.frame, "reference_pairs", key="reference_pairs", config=COLUMNS)
