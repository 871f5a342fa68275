"""Prepared experiment of a lesson: its outcome computed beforehand, and the person's own run over it."""

from collections.abc import Mapping
from typing import Any

from pages._ui.lessons.lesson_list import learner, progress
from pages._ui.rooms import current
from pages._ui.shell import errors, jobs, page_header, st, state, tables
from pages._ui.studies import prepared_study
from translearn_core.lessons import outcomes
from translearn_core.lessons.board import study_name
from translearn_core.lessons.lesson import Do, Lesson
from translearn_core.prepared_experiments import figures
from translearn_core.prepared_experiments.experiment import Experiment, FreeSetting
from translearn_core.prepared_experiments.outcomes import Outcome
from translearn_core.prepared_experiments.own_studies import OwnStudies

HIDDEN = (
    "Hidden in this lesson: every setting that is not offered here. They are pinned, so that what you see is "
    "the experiment that the outcome was computed with. On the pages Train and Study all of them are yours."
)
SEED_A_SEAT = (
    "In your class each seat runs one seed, the number of the seat. The board joins the points of all seats."
)


def show(lesson: Lesson, step: Do) -> None:
    """Show the outcome, and offer to run the experiment."""
    experiment = own_experiment(lesson, step)
    outcome = outcomes.load(lesson, step.experiment)
    live = live_result(lesson, step, outcome)
    st.badge("Computed beforehand", icon=":material/inventory_2:", color="gray")
    figure(outcome.result, live, key=f"outcome-{step.id}")
    st.caption("The next step shows your guess beside it.")
    prepared_study.made(outcome)
    st.markdown("**Run it live.** The same experiment, on this server. Your result is laid over this one.")
    choices = _free(lesson, step, experiment)
    with st.expander("What is pinned, and what is hidden", icon=":material/tune:"):
        st.caption(HIDDEN)
        st.code(experiment.with_choices(choices).written(), language="yaml")
    _run(lesson, step, outcome, choices)


def own_experiment(lesson: Lesson, step: Do) -> Experiment:
    """Return the experiment that this browser runs: at a seat of a class, that of the seat."""
    experiment, seat = lesson.experiments[step.experiment], current.seat()
    return experiment if seat is None else experiment.for_seat(seat.number)


def figure(result: Any, live: Any, *, key: str, name: str = "") -> None:
    """Show the figure of a result with a live one over it, and their tables."""
    dark = page_header.dark()
    name = figures.figure_name(result, name)
    alt = figures.ALT[name] + (", the live ones over those computed beforehand" if live is not None else "")
    tables.figure(
        figures.draw(result, name, dark, live=live), figures.table(result), "lesson", key=key, alt=alt
    )
    if live is not None:
        with st.expander("The live numbers", icon=":material/table_rows:"):
            tables.table(figures.table(live), "lesson_live", key=f"{key}-live")


def _free(lesson: Lesson, step: Do, experiment: Experiment) -> dict[str, Any]:
    """Draw the free settings; return their values by field."""
    stored = stored_choices(lesson, step)
    choices: dict[str, Any] = {}
    for free in experiment.free:
        key = f"lesson.{lesson.id}.{step.id}.{free.field}"
        names = {_word(choice): choice for choice in free.choices}
        state.init_widget(key, _word(stored.get(free.field, free.choices[0])))
        chosen = st.segmented_control(
            free.label, list(names), key=key, required=True, on_change=_keep, args=(lesson, step, free, key),
            help="The first is the choice that the outcome above was computed with.",
        )  # fmt: skip
        choices[free.field] = names.get(str(chosen), free.choices[0])
    return choices


def _word(choice: Any) -> str:
    return ", ".join(map(str, choice)) if isinstance(choice, list | tuple) else str(choice)


def stored_choices(lesson: Lesson, step: Do) -> dict[str, Any]:
    """Return the owner's choices of free settings by field."""
    answer = progress().answers(learner(), lesson.id).get(step.id)
    return dict(answer.value) if answer is not None else {}


def _keep(lesson: Lesson, step: Do, free: FreeSetting, key: str) -> None:
    chosen = state.get_value(key)
    choice = next(one for one in free.choices if _word(one) == chosen)
    with errors.show_errors():
        values = stored_choices(lesson, step) | {free.field: choice}
        progress().save(learner(), lesson.id, step.id, values)


def own_studies(lesson: Lesson, step: Do, outcome: Outcome) -> OwnStudies:
    """Return the owner's studies of the step's experiment."""
    return OwnStudies(state.store(), state.owner(), own_experiment(lesson, step), outcome.about.n_blocks)


def live_result(lesson: Lesson, step: Do, outcome: Outcome) -> Any:
    """Return the result of the owner's own finished run of the experiment; None without one."""
    studies = own_studies(lesson, step, outcome)
    study = studies.find(stored_choices(lesson, step))
    result = None if study is None else jobs.known(studies.evaluation(study))
    return None if result is None else studies.experiment.present(result)


def _run(lesson: Lesson, step: Do, outcome: Outcome, choices: Mapping[str, Any]) -> None:
    """Draw the button that runs the experiment, or its progress."""
    studies = own_studies(lesson, step, outcome)
    current.paused_notice()
    if studies.experiment != lesson.experiments[step.experiment]:
        st.caption(SEED_A_SEAT)
    name = study_name(studies.experiment)
    prepared_study.run_or_watch(
        studies, name, "Run it live", key="run_live", outcome=outcome, choices=dict(choices)
    )
