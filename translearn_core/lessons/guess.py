"""Guesses: whether they are complete, and how they compare with what was measured."""

import math
from collections.abc import Mapping
from typing import Any

from translearn_core.lessons.lesson import Guess, GuessKind
from translearn_core.prepared_experiments.measure import Measured, Unit
from translearn_core.results import Estimate
from translearn_core.results.format import count_noun

FEWEST_CHARACTERS = 3
"""Shortest reason."""


def missing_part(guess: Guess, answer: Mapping[str, Any]) -> str:
    """Return what an answer, ``value`` and ``reason``, lacks before it can be locked; "" if nothing."""
    value, reason = answer.get("value"), str(answer.get("reason", "")).strip()
    match guess.of:
        case GuessKind.NUMBER if not _is_number(guess, value):
            return f"Give your guess: a number from {guess.low:g} to {guess.high:g}."
        case GuessKind.CHOICE if value not in guess.options:
            return "Choose one of the answers."
        case GuessKind.ORDER if not isinstance(value, list) or sorted(value) != sorted(guess.options):
            return "Put all of them in your order, each once."
        case GuessKind.CURVE if not _is_curve(guess, value):
            return f"Draw your line: at each point a number from {guess.low:g} to {guess.high:g}."
    return "" if len(reason) >= FEWEST_CHARACTERS else "Say in a few words why you think so."


def _is_number(guess: Guess, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and guess.low <= value <= guess.high


def _is_curve(guess: Guess, value: Any) -> bool:
    whole = isinstance(value, list) and len(value) == len(guess.points)
    return whole and all(_is_number(guess, one) for one in value)


def written(guess: Guess, value: Any) -> str:
    """Return a complete guess in words."""
    match guess.of:
        case GuessKind.NUMBER:
            return guess.unit.text(float(value))
        case GuessKind.CHOICE:
            return str(value)
        case GuessKind.ORDER:
            return ", ".join(value)
    return ", ".join(f"{point}: {one:g}" for point, one in zip(guess.points, value, strict=True))


def ranked(measured: Measured, *, lowest: bool = False) -> list[str]:
    """Return the labels by their number, the highest first, or the lowest."""
    return sorted(measured, key=lambda name: measured[name].value, reverse=not lowest)


def overlapping(one: Estimate, other: Estimate) -> bool:
    """Whether two intervals overlap; False where one of them has no ends."""
    return one.low <= other.high and other.low <= one.high


def compare(guess: Guess, value: Any, measured: Measured) -> str:
    """Return what was guessed beside what was measured, in words."""
    match guess.of:
        case GuessKind.NUMBER:
            return _compare_number(float(value), next(iter(measured.values())), guess.unit)
        case GuessKind.CHOICE:
            return _compare_choice(guess, str(value), measured)
        case GuessKind.ORDER:
            return _compare_order(guess, list(value), measured)
    return _compare_curve(guess, [float(one) for one in value], measured)


def _compare_number(value: float, truth: Estimate, unit: Unit) -> str:
    guessed = unit.text(value)
    if math.isinf(truth.value):
        return f"You guessed {guessed}. Here it was never reached, with up to {unit.text(truth.low)}."
    gap = unit.gap(abs(value - truth.value))
    if value == truth.value:
        return f"You guessed {guessed}, and that is what came out."
    side = "above" if value > truth.value else "below"
    return f"You guessed {guessed}. It came out as {unit.text(truth.value)}: you were {gap} {side}."


def _compare_choice(guess: Guess, value: str, measured: Measured) -> str:
    first, second = ranked(measured, lowest=guess.lowest)[:2]
    if overlapping(measured[first], measured[second]):
        return (
            f"You chose “{value}”. Here “{first}” came out first, but its interval overlaps that of "
            f"“{second}”: this experiment does not settle it."
        )
    if value == first:
        return f"You chose “{value}”, and so it came out."
    return f"You chose “{value}”. It came out as “{first}”."


def _compare_order(guess: Guess, value: list[str], measured: Measured) -> str:
    truth = [name for name in ranked(measured, lowest=guess.lowest) if name in value]
    pairs = [(a, b) for k, a in enumerate(truth) for b in truth[k + 1 :]]
    right = sum(value.index(a) < value.index(b) for a, b in pairs)
    return (
        f"Your order: {', '.join(value)}. Of {count_noun(len(pairs), 'pair')} you put {right} in the order "
        f"that came out: {', '.join(truth)}."
    )


def _compare_curve(guess: Guess, value: list[float], measured: Measured) -> str:
    gaps = {
        point: abs(one - measured[point].value)
        for point, one in zip(guess.points, value, strict=True)
        if point in measured and math.isfinite(measured[point].value)
    }
    if not gaps:
        return "None of your points was measured."
    mean, widest = sum(gaps.values()) / len(gaps), max(gaps, key=lambda point: gaps[point])
    return (
        f"Your line lies {guess.unit.gap(mean)} from the measured one, “{_measured_line(guess)}”, on "
        f"average, and furthest away at {widest}: {guess.unit.gap(gaps[widest])}."
    )


def _measured_line(guess: Guess) -> str:
    """Return the name of the line that a curve is compared with."""
    return next(iter(guess.measure.of), guess.measure.title or guess.question)
