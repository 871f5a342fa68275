"""Board of a class: the guesses at each step, what the seats' runs gave, and whether the claim came out."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import mean
from typing import Any

import pandas as pd

from translearn_core.errors import DamagedFileError
from translearn_core.lessons.guess import missing_part, overlapping, ranked
from translearn_core.lessons.lesson import Guess, GuessKind, Lesson, Reveal
from translearn_core.prepared_experiments.claim import Claim
from translearn_core.prepared_experiments.experiment import Experiment
from translearn_core.prepared_experiments.judgement import Judgement, judge
from translearn_core.prepared_experiments.measure import Measured
from translearn_core.prepared_experiments.measures import deviation
from translearn_core.results import Estimate, RunSummary
from translearn_core.results.format import count_noun
from translearn_core.runs import RunStore, Seat, artifacts
from translearn_core.runs.rooms.overview import room_runs
from translearn_core.runs.rooms.records import RoomGuess, RoomRun

FEWEST_SEEDS = 6
"""Fewest runs whose spread is compared with a claim."""


@dataclass(frozen=True)
class SeatScore:
    """Test score of one finished run of a seat, as a fraction."""

    seat: Seat
    arm: str
    seed: int
    score: float


def seat_label(seat: Seat, *, hidden: bool) -> str:
    """Return the name of a seat, or its number where names are hidden."""
    return f"Seat {seat.number}" if hidden else seat.name


def guesses_at(step: Guess, guesses: Sequence[RoomGuess]) -> list[RoomGuess]:
    """Return the guesses at a step that still fit it."""
    # the lesson may have been changed since
    return [
        one
        for one in guesses
        if one.step == step.id and not missing_part(step, {"value": one.value, "reason": one.reason})
    ]


def guess_steps(lesson: Lesson) -> list[Guess]:
    """Return the steps of a lesson at which something is guessed."""
    return [step for step in lesson.steps if isinstance(step, Guess)]


def choice_counts(step: Guess, guesses: Sequence[RoomGuess]) -> dict[str, int]:
    """Return how many chose each option, in the order of the options."""
    return {option: sum(one.value == option for one in guesses) for option in step.options}


def option_ranks(step: Guess, guesses: Sequence[RoomGuess]) -> dict[str, list[int]]:
    """Return the ranks that each option was given, 1 for the first."""
    return {option: [one.value.index(option) + 1 for one in guesses] for option in step.options}


def guesses_summary(step: Guess, guesses: Sequence[RoomGuess]) -> str:
    """Return the guesses at a step in words, as the alternative of their figure."""
    match step.of:
        case GuessKind.CHOICE:
            return ", ".join(f"{option} {n}" for option, n in choice_counts(step, guesses).items())
        case GuessKind.NUMBER:
            values = sorted(float(one.value) for one in guesses)
            middle = values[(len(values) - 1) // 2]
            return f"{len(values)}, from {values[0]:g} to {values[-1]:g}, half of them up to {middle:g}"
        case GuessKind.ORDER:
            ranks = option_ranks(step, guesses)
            return ", ".join(f"{option} mean rank {mean(given):.1f}" for option, given in ranks.items())
    return f"{len(guesses)} drawn lines"


def scores_summary(scores: Mapping[str, Sequence[SeatScore]]) -> str:
    """Return the scores of each arm in words, as the alternative of their figure."""
    return "; ".join(
        f"{arm}: {count_noun(len(found), 'run')} from {min(one.score for one in found):.3f} to "
        f"{max(one.score for one in found):.3f}"
        for arm, found in scores.items()
    )


def choice_outcome(step: Guess, measured: Measured) -> tuple[str, bool]:
    """Return the choice that came out first, and whether its interval is apart from the next one's."""
    first, second = ranked(measured, lowest=step.lowest)[:2]
    return first, not overlapping(measured[first], measured[second])


def outcome_sentence(step: Guess, measured: Measured) -> str:
    """Return what came out at a step, in a sentence."""
    order = ranked(measured, lowest=step.lowest)
    match step.of:
        case GuessKind.CHOICE:
            first, settled = choice_outcome(step, measured)
            if not settled:
                second = order[1]
                return (
                    f"“{first}” came out first, but its interval overlaps that of “{second}”: this "
                    "experiment does not settle it."
                )
            return f"It came out as “{first}”."
        case GuessKind.ORDER:
            return f"It came out in this order: {', '.join(order)}."
        case GuessKind.CURVE:
            return "The line that came out is drawn over the guesses."
    one = next(iter(measured.values()))
    if math.isinf(one.value):
        return f"It was never reached, with up to {step.unit.text(one.low)}."
    return f"It came out as {step.unit.text(one.value)}."


def guess_text(step: Guess, value: Any) -> str:
    """Return a guess in words for a table."""
    match step.of:
        case GuessKind.NUMBER:
            return f"{value:g}"
        case GuessKind.ORDER:
            return ", ".join(value)
        case GuessKind.CURVE:
            return ", ".join(f"{point}: {one:g}" for point, one in zip(step.points, value, strict=True))
    return str(value)


def guess_frame(lesson: Lesson, guesses: Sequence[RoomGuess], *, hidden: bool) -> pd.DataFrame:
    """Return the guesses of a lesson as a table: seat, step, guess, reason and time of locking."""
    rows = [
        (
            seat_label(one.seat, hidden=hidden),
            step.id,
            guess_text(step, one.value),
            one.reason,
            datetime.fromtimestamp(one.locked, UTC).isoformat(timespec="seconds"),
        )
        for step in guess_steps(lesson)
        for one in guesses_at(step, guesses)
    ]
    return pd.DataFrame(rows, columns=["seat", "step", "guess", "reason", "locked"])


def read_score(store: RunStore, run: RoomRun) -> float | None:
    """Return the test score of a finished run; None if its result is damaged or gone."""
    try:
        summary = artifacts.load(store.workspace.run(run.job), RunSummary)
    except DamagedFileError:
        return None
    return None if summary is None else float(summary.test.headline.value)


def seat_scores(
    store: RunStore,
    room: str,
    lesson: Lesson,
    score: Callable[[RunStore, RoomRun], float | None] = read_score,
) -> list[SeatScore]:
    """Return the test scores of the seats' finished runs of a lesson's experiments, by seat.

    Of equal runs, which seats share, each seat has its own row.
    """
    experiments = {study_name(one): one for one in lesson.experiments.values()}
    scores = []
    for run in room_runs(store, room, experiments):
        value = score(store, run)
        if value is not None:
            names = experiments[run.study].names
            scores.append(SeatScore(run.seat, names.get(run.arm, run.arm), run.seed, value))
    return scores


def by_arm(scores: Sequence[SeatScore]) -> dict[str, list[SeatScore]]:
    """Return the scores by arm."""
    arms: dict[str, list[SeatScore]] = {}
    for one in scores:
        arms.setdefault(one.arm, []).append(one)
    return arms


def study_name(experiment: Experiment) -> str:
    """Return the name of the study that runs an experiment live."""
    return f"Lesson: {experiment.name}"


def score_frame(scores: Sequence[SeatScore], *, hidden: bool) -> pd.DataFrame:
    """Return the scores of the seats' runs as a table."""
    rows = [(seat_label(one.seat, hidden=hidden), one.arm, one.seed, one.score) for one in scores]
    return pd.DataFrame(rows, columns=["seat", "arm", "seed", "test_score"])


def spread_claim(lesson: Lesson) -> Claim | None:
    """Return the lesson's claim about a spread over seeds, None if it has none."""
    claims = [step.claim for step in lesson.steps if isinstance(step, Reveal) and step.claim is not None]
    return next((one for one in claims if one.measure.kind == "deviation"), None)


def judge_spread(claim: Claim, scores: Mapping[str, Sequence[float]]) -> Judgement | None:
    """Compare a claim about the spread over seeds with the scores of a class by arm.

    None while an arm of the claim has fewer than `FEWEST_SEEDS` runs.
    """
    arms = claim.measure.of or tuple(scores)
    if any(len(scores.get(arm, ())) < FEWEST_SEEDS for arm in arms):
        return None
    scale, measured = claim.measure.unit.scale, {}
    for arm in arms:
        one = deviation([float(score) for score in scores[arm]])
        label = claim.measure.names.get(arm, arm)
        measured[label] = Estimate(one.value * scale, one.low * scale, one.high * scale)
    return judge(claim, measured)
