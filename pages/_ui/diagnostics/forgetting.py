"""Forgetting panel: earlier tasks, sentence similarity and masked-word prediction after training."""

import streamlit as st

from pages._ui.runs import run_picker
from pages._ui.shell import jobs, page_header, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, ForgettingConfig
from translearn_core.results import Forgetting
from translearn_core.runs import Run

HEAD_ONLY = (
    "Only the head trained in this run. The frozen backbone did not change, so nothing can be forgotten."
)
LOOK = (
    "A model that learns a new task may lose what it could do before: catastrophic forgetting. Three "
    "abilities are measured before and after training. Look for marks left of the zero line whose intervals "
    "do not touch it: these were lost."
)
MEANING = (
    "Diamonds differ from zero by more than chance, open circles may not. Each kind has its own axis and "
    "unit. The square says how far the similarities of the sentence pairs were re-ordered, which is no loss "
    "by itself; the mark below it whether their order still agrees with their meaning."
)
NO_HEAD = (
    "Masked-word prediction was not measured: this backbone has no masked-language-model head, and the "
    "bundled one has none either."
)
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

TASKS: dict[str, object] = {
    **tables.fractions("then", "own head on this backbone", "head fitted anew", "low", "high"),
    **tables.fractions("on the pretrained backbone"),
    **{
        name: st.column_config.NumberColumn(format="%+.3f")
        for name in ("change", "change low", "change high")
    },
}
"""Column labels of the earlier tasks."""


def panel(run: Run) -> None:
    """Show a run's forgetting, or the button that measures it."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    st.subheader("What was lost? Catastrophic forgetting", anchor=False)
    if not config.trains_backbone:
        st.caption(HEAD_ONLY)
        return
    st.markdown(LOOK)
    names = {other.job.id: other.name for other in earlier_runs(config)}
    forgetting_config = ForgettingConfig(job=run.job.id, earlier=_choose(run, names))
    if jobs.found(forgetting_config) is None:
        st.caption("It reads the earlier tables again, which takes some seconds to some minutes.")
        if not st.button("Measure forgetting", key="look_lost", icon=":material/psychology_alt:"):
            return
        jobs.submit(forgetting_config)
    result = jobs.submit_and_watch(forgetting_config, Forgetting, "Measuring forgetting")
    if result is not None:
        _show(result, names)


def earlier_runs(config: ExperimentConfig) -> list[Run]:
    """Return the owner's other finished runs on the same backbone but another task, newest first."""
    return [run for run in run_picker.runs_with_results() if _another_task(run, config)]


def _another_task(run: Run, config: ExperimentConfig) -> bool:
    other = run.job.config
    assert isinstance(other, ExperimentConfig)
    same_model = (other.backbone.id, other.backbone.revision) == (
        config.backbone.id,
        config.backbone.revision,
    )
    same_task = (other.data.dataset, other.data.label) == (config.data.dataset, config.data.label)
    return same_model and not same_task


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


def _show(result: Forgetting, names: dict[str, str]) -> None:
    task_sentences = [
        f"**{plain(names[task.run])}**, {plain(task.sentence)}" if task.run in names else plain(task.sentence)
        for task in result.tasks
    ]
    others = result.sentences()[len(result.tasks) :]
    st.markdown("\n".join(f"- {sentence}" for sentence in [*task_sentences, *map(plain, others)]))
    if result.masked is None:
        st.caption(NO_HEAD)
    tables.figure(
        plots.forgetting_bars(result, page_header.dark()),
        result.changes(),
        "lost",
        key="forgotten",
        alt="Changes about a zero line: losses are left of it",
    )
    st.caption(MEANING)
    if result.tasks:
        with st.expander("Every earlier task", icon=":material/history:"):
            tables.table(result.frame(), "earlier_tasks", key="earlier_tasks", config=TASKS)
    st.markdown("**The sentence pairs that changed most**")
    st.caption(
        "Written for this project. Opposites and swapped roles are among them: nearly the same words, "
        "another meaning."
    )
    tables.table(result.most_changed(), "reference_pairs", key="reference_pairs", config=COLUMNS)
