"""Figures of a lesson: those of the app for its results, with guesses drawn into them."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from translearn_core.lessons.lesson import Guess, GuessKind
from translearn_core.plots import lesson_guess
from translearn_core.prepared_experiments.measure import Measured
from translearn_core.prepared_experiments.measures import by_group
from translearn_core.results import Comparison


def draw_guess(figure: go.Figure, guess: Guess, value: Any, result: Any, dark: bool = False) -> go.Figure:
    """Draw a guess into the figure of a result, where that has its axis."""
    scale = guess.unit.scale
    if guess.of is GuessKind.CURVE:
        depth = guess.measure.kind == "depth"
        x = _depth_places(result, guess) if depth else [float(point) for point in guess.points]
        return lesson_guess.guessed_curve(figure, x, [one / scale for one in value], dark)
    if guess.of is GuessKind.NUMBER and guess.measure.kind == "range":
        start = min(min(scores) for scores in _of(guess, by_group(result)))
        return lesson_guess.guessed_span(figure, start, start + value / scale, dark)
    if guess.of is GuessKind.NUMBER and guess.measure.kind == "worth":
        return lesson_guess.guessed_size(figure, float(value), dark)
    if guess.of is GuessKind.NUMBER and guess.measure.kind == "score" and isinstance(result, Comparison):
        return lesson_guess.guessed_line(figure, value / scale, dark)
    return figure


def _of(guess: Guess, groups: Mapping[str, Sequence[float]]) -> list[Sequence[float]]:
    return [groups[name] for name in guess.measure.of or groups]


def _depth_places(result: Comparison, guess: Guess) -> list[float]:
    """Return the places of a curve's points on the axis of depth."""
    names = guess.measure.names
    places = {names.get(arm.name, arm.name): float(arm.boundary) for arm in result.arms}
    return [places[point] for point in guess.points]


def draws_into_result(guess: Guess) -> bool:
    """Whether a guess has an axis in the figure of the result; else `own_figure` shows it."""
    return guess.of is GuessKind.CURVE or (
        guess.of is GuessKind.NUMBER and guess.measure.kind in ("range", "worth", "score")
    )


def own_figure(guess: Guess, value: Any, measured: Measured, dark: bool = False) -> go.Figure:
    """Draw what was measured by label, with the guess."""
    chosen = value if guess.of is GuessKind.CHOICE else None
    figure = lesson_guess.estimates(measured, guess.measure.title, dark, chosen=chosen)
    return lesson_guess.guessed_line(figure, value, dark) if guess.of is GuessKind.NUMBER else figure
