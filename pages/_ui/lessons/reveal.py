"""Reveal of a lesson: what came out with the guesses drawn into it, and whether the claim did."""

from collections.abc import Mapping
from typing import Any

from pages._ui.lessons import prepared_experiment
from pages._ui.shell import page_header, st, tables
from pages._ui.shell.formatting import plain
from translearn_core.lessons import guess_figures, outcomes
from translearn_core.lessons.guess import compare
from translearn_core.lessons.lesson import Do, Lesson, Reveal
from translearn_core.prepared_experiments import figures
from translearn_core.prepared_experiments.claim import Claim
from translearn_core.prepared_experiments.judgement import judge_result
from translearn_core.prepared_experiments.measures import take
from translearn_core.runs import LessonAnswer

ICONS = {True: ("check_circle", "green"), False: ("cancel", "red"), None: ("help", "orange")}
"""Icon and colour of a verdict."""


def show(lesson: Lesson, step: Reveal, answers: Mapping[str, LessonAnswer]) -> None:
    """Draw the guesses into the outcome, and compare the claim with it and with the live run."""
    guesses = [lesson.guess(id) for id in step.guesses]
    name = guesses[0].experiment
    outcome = outcomes.load(lesson, name)
    do = next((one for one in lesson.steps if isinstance(one, Do) and one.experiment == name), None)
    live = prepared_experiment.live_result(lesson, do, outcome) if do is not None else None
    dark = page_header.dark()
    drawn = [guess for guess in guesses if guess_figures.draws_into_result(guess)]
    if drawn:
        picture = figures.draw(outcome.result, step.figure, dark, live=live)
        for guess in drawn:
            value = answers[guess.id].value["value"]
            picture = guess_figures.draw_guess(picture, guess, value, outcome.result, dark)
        alt = f"{figures.ALT[figures.figure_name(outcome.result, step.figure)]}, with your guess"
        tables.figure(picture, figures.table(outcome.result), "lesson", key=f"reveal-{step.id}", alt=alt)
    for guess in guesses:
        if guess not in drawn:
            measured = take(guess.measure, outcome.result)
            alone = guess_figures.own_figure(guess, answers[guess.id].value["value"], measured, dark)
            numbers, alt = figures.measured_table(measured), f"{guess.measure.title}, with your guess"
            tables.figure(alone, numbers, "measured", key=f"own-{guess.id}", alt=alt)
    for guess in guesses:
        answer = answers[guess.id].value
        st.markdown(plain(compare(guess, answer["value"], take(guess.measure, outcome.result))))
        if answer["reason"]:
            st.caption(f"Your reason: {plain(answer['reason'])}")
    if step.claim is not None:
        one_seed = (
            do is not None and prepared_experiment.own_experiment(lesson, do) != lesson.experiments[name]
        )
        _claim(step.claim, outcome.result, None if one_seed else live)
        if one_seed:
            st.caption(prepared_experiment.SEED_A_SEAT)


def _claim(claim: Claim, result: Any, live: Any) -> None:
    """Show the claim, and whether it came out beforehand and in the live run."""
    st.markdown(f"**What the paper says.** {plain(claim.paper)}")
    for title, one in (("Computed beforehand", result), ("Your live run", live)):
        if one is None:
            continue
        verdict = judge_result(claim, one)
        icon, colour = ICONS[verdict.reproduced]
        st.markdown(f":{colour}[:material/{icon}:] **{title}.** {plain(verdict.sentence)}")
