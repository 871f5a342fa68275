"""What was lost in a training: earlier tasks, how alike sentences are, guessing covered words."""

import streamlit as st

from pages._ui.runs import run_picker
from pages._ui.shell import jobs, page_header, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import ExperimentConfig, ForgettingConfig
from translearn_core.results import Forgetting
from translearn_core.runs import Run

HEAD_ONLY = (
    "Only the head trained in this run. Nothing below it moved, so nothing can be forgotten: that is what a "
    "frozen model is worth."
)
LOOK = (
    "A model that learns something new may lose what it knew. Three questions are put to it before and after "
    "training. Look for marks left of the zero line whose bars do not touch it: that was lost."
)
MEANING = (
    "Diamonds are beyond chance, open circles may be nothing. Each kind has its own axis, for they share no "
    "unit. The square says how far the model re-ordered the sentence pairs, which is no loss by itself; the "
    "mark below it whether their order still follows what they mean, which is."
)
NO_HEAD = (
    "Whether it can still guess covered words was not asked: this backbone came without a head for that, as "
    "the bundled one does."
)
NO_EARLIER = (
    "You have no other finished run on this backbone with other data. Train one, and you can ask here "
    "whether its task can still be done."
)
COLUMNS: dict[str, object] = {
    "first": st.column_config.TextColumn(width="medium"),
    "second": st.column_config.TextColumn(width="medium"),
    "alike": st.column_config.NumberColumn("meant to be alike", help="0: nothing in common, 4: one meaning"),
    "before": st.column_config.NumberColumn("alike before", format="%.2f"),
    "after": st.column_config.NumberColumn("alike after", format="%.2f"),
    "change": st.column_config.NumberColumn("change", format="%+.2f"),
}
"""How the reference pairs are shown."""

TASKS: dict[str, object] = {
    **tables.fractions("then", "own head on this backbone", "head fitted anew", "low", "high"),
    **tables.fractions("on the pretrained backbone"),
    **{
        name: st.column_config.NumberColumn(format="%+.3f")
        for name in ("change", "change low", "change high")
    },
}
"""How the earlier tasks are shown."""


def panel(run: Run) -> None:
    """Show what a run's training took away."""
    config = run.job.config
    assert isinstance(config, ExperimentConfig)
    st.subheader("What was lost", anchor=False)
    if not config.trains_backbone:
        st.caption(HEAD_ONLY)
        return
    st.markdown(LOOK)
    names = {other.job.id: other.name for other in earlier_runs(config)}
    asked = ForgettingConfig(job=run.job.id, earlier=_choose(run, names))
    if jobs.found(asked) is None:
        st.caption("It reads the earlier tables once more, which takes some seconds to some minutes.")
        if not st.button("Look for what was lost", key="look_lost", icon=":material/psychology_alt:"):
            return
        jobs.submit(asked)
    found = jobs.submit_and_watch(asked, Forgetting, "Looking for what was lost")
    if found is not None:
        _show(found, names)


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
    """Return the earlier runs to ask about: the newest one, until a person says otherwise."""
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
        help="other finished runs on the same backbone: can their tasks still be done with this one's?",
    )
    return tuple(job for job in names if job in picked)


def _show(found: Forgetting, names: dict[str, str]) -> None:
    told = [
        f"**{plain(names[task.run])}**, {plain(task.sentence)}" if task.run in names else plain(task.sentence)
        for task in found.tasks
    ]
    others = found.sentences()[len(found.tasks) :]
    st.markdown("\n".join(f"- {sentence}" for sentence in [*told, *map(plain, others)]))
    if found.masked is None:
        st.caption(NO_HEAD)
    tables.figure(
        plots.forgetting_bars(found, page_header.dark()),
        found.changes(),
        "lost",
        key="forgotten",
        alt="Changes about a zero line: left of it something was lost",
    )
    st.caption(MEANING)
    if found.tasks:
        with st.expander("Every earlier task", icon=":material/history:"):
            tables.table(found.frame(), "earlier_tasks", key="earlier_tasks", config=TASKS)
    st.markdown("**The sentence pairs that changed most**")
    st.caption(
        "Written for this project. Opposites and swapped roles are among them: their words are nearly the "
        "same, their meaning is not."
    )
    tables.table(found.most_changed(), "reference_pairs", key="reference_pairs", config=COLUMNS)
