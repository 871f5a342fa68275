"""Figures of reveals: guesses are drawn where they belong, live results over those computed beforehand."""

import math

import pytest

from translearn_core.lessons import guess_figures, outcomes
from translearn_core.lessons.lesson import Guess, GuessKind, Reveal
from translearn_core.lessons.lesson_file import lesson, lesson_ids
from translearn_core.plots.lesson_guess import GUESS
from translearn_core.prepared_experiments import figures
from translearn_core.prepared_experiments.measures import take

REVEALED = [
    (id, step.id, guess)
    for id in lesson_ids()
    for step in lesson(id).steps
    if isinstance(step, Reveal)
    for guess in step.guesses
]


def some_value(guess: Guess) -> object:
    middle = (guess.low + guess.high) / 2
    match guess.of:
        case GuessKind.NUMBER:
            return middle
        case GuessKind.CHOICE:
            return guess.options[0]
        case GuessKind.ORDER:
            return list(guess.options)
    return [middle] * len(guess.points)


@pytest.mark.parametrize(("id", "step", "guess"), REVEALED)
@pytest.mark.parametrize("dark", [False, True])
def test_a_guess_is_in_the_figure_of_its_reveal(id: str, step: str, guess: str, dark: bool) -> None:
    one = lesson(id)
    asked, shown = one.guess(guess), one.step(step)
    result = outcomes.load(one, asked.experiment).result
    value = some_value(asked)
    if guess_figures.draws_into_result(asked):
        figure = figures.draw(result, shown.figure, dark)
        before = figure.to_json()
        figure = guess_figures.draw_guess(figure, asked, value, result, dark)
        assert figure.to_json() != before
    else:
        figure = guess_figures.own_figure(asked, value, take(asked.measure, result), dark)
    drawn = [trace.name for trace in figure.data] + [note.text for note in figure.layout.annotations]
    assert GUESS in drawn or asked.of is GuessKind.ORDER


@pytest.mark.parametrize("id", lesson_ids())
def test_a_live_result_is_laid_over_the_other(id: str) -> None:
    one = lesson(id)
    for name in one.experiments:
        result = outcomes.load(one, name).result
        alone, both = figures.draw(result), figures.draw(result, live=result)
        live = [trace.name for trace in both.data if str(trace.name).startswith("live: ")]
        assert live
        assert len(both.data) == len(alone.data) + len(live)


@pytest.mark.parametrize(("id", "step", "guess"), REVEALED)
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_axis_holds_the_guess_whatever_it_is(id: str, step: str, guess: str, end: str) -> None:
    one = lesson(id)
    asked = one.guess(guess)
    if asked.of not in (GuessKind.NUMBER, GuessKind.CURVE):
        return
    result, value = outcomes.load(one, asked.experiment).result, getattr(asked, end)
    if guess_figures.draws_into_result(asked):
        shown = [value] * len(asked.points) if asked.of is GuessKind.CURVE else value
        figure = figures.draw(result, one.step(step).figure)
        figure = guess_figures.draw_guess(figure, asked, shown, result)
    else:
        figure = guess_figures.own_figure(asked, value, take(asked.measure, result))
    curve, number = asked.of is GuessKind.CURVE, value / asked.unit.scale
    axis = figure.layout.yaxis if curve else figure.layout.xaxis
    if curve:
        drawn = number
    elif asked.measure.kind == "worth":
        drawn = math.log10(number)
    elif asked.measure.kind == "range":
        drawn = figure.layout.shapes[0].x1
    else:
        drawn = figure.layout.shapes[-1].x0
    if axis.range is None:
        assert drawn in axis.autorangeoptions.include
    else:
        assert axis.range[0] <= drawn <= axis.range[1]


def test_the_shaded_guess_begins_at_the_worst_run() -> None:
    luck = lesson("luck")
    result = outcomes.load(luck, "seeds").result
    figure = guess_figures.draw_guess(figures.draw(result), luck.guess("spread"), 10.0, result)
    worst = min(arm.headline.value for arm in result.arms if arm.name.startswith("fine-tuning"))
    [strip] = figure.layout.shapes
    assert (strip.x0, strip.x1) == pytest.approx((worst, worst + 0.1))
