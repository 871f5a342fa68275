"""Board of a class: guesses in numbers and words, the spread of its runs, and its test sentences."""

import math

import pandas as pd
import plotly.graph_objects as go
import pytest

from pages._ui.rooms import board_view
from translearn_core.lessons import board, cross_test, outcomes
from translearn_core.lessons.lesson import Guess
from translearn_core.lessons.lesson_file import lesson, lesson_ids
from translearn_core.plots import lesson_board
from translearn_core.prepared_experiments.measures import take
from translearn_core.results import Estimate
from translearn_core.runs.rooms.records import RoomGuess, RoomText, Seat

LUCK = lesson("luck")


def seat(number: int) -> Seat:
    return Seat(f"id{number}", "room", f"owner{number}", number, f"Name {number}", 0.0, None)


def guesses(step: Guess, values: list[object]) -> list[RoomGuess]:
    return [RoomGuess(seat(k), step.id, value, "so it is", 60.0 * k) for k, value in enumerate(values, 1)]


def some_values(step: Guess) -> list[object]:
    middle = (step.low + step.high) / 2
    return {
        "number": [step.low, middle, step.high],
        "choice": [step.options[0], step.options[0], step.options[-1]] if step.options else [],
        "order": [list(step.options), list(reversed(step.options))],
        "curve": [[step.low] * len(step.points), [middle] * len(step.points)],
    }[step.of]


@pytest.mark.parametrize("id", lesson_ids())
def test_guesses_of_every_lesson_have_a_table_and_words_with_all_of_them(id: str) -> None:
    taken = lesson(id)
    for step in board.guess_steps(taken):
        found = board.guesses_at(step, guesses(step, some_values(step)))
        frame = board.guess_frame(taken, found, hidden=False)
        assert len(frame) == len(found) == len(some_values(step))
        assert board.guesses_summary(step, found)


def test_a_guess_that_does_not_fit_the_lesson_any_more_is_left_out() -> None:
    spread = LUCK.guess("spread")
    found = board.guesses_at(spread, guesses(spread, [3.0, 4000.0, "three"]))
    assert [one.value for one in found] == [3.0]


def test_names_are_numbers_where_they_are_hidden() -> None:
    spread = LUCK.guess("spread")
    frame = board.guess_frame(LUCK, guesses(spread, [3.0, 5.0]), hidden=True)
    assert frame["seat"].tolist() == ["Seat 1", "Seat 2"]
    assert not frame.astype(str).apply(lambda column: column.str.contains("Name")).to_numpy().any()


def test_the_summary_of_numbers_says_where_half_of_them_lie() -> None:
    spread = LUCK.guess("spread")
    text = board.guesses_summary(spread, guesses(spread, [1.0, 3.0, 4.0, 9.0]))
    assert text == "4, from 1 to 9, half of them up to 3"


def test_the_spread_of_a_class_is_judged_from_six_seats_on() -> None:
    claim = board.spread_claim(LUCK)
    (arm,) = claim.measure.of
    wide = [0.5, 0.6, 0.7, 0.8, 0.55, 0.65, 0.75, 0.85]
    assert board.judge_spread(claim, {arm: wide[:5]}) is None
    assert board.judge_spread(claim, {}) is None
    assert board.judge_spread(claim, {arm: wide}).reproduced is True
    assert board.judge_spread(claim, {arm: [0.7 + 1e-4 * k for k in range(30)]}).reproduced is False
    assert "Standard deviation over the seeds: 12.2 points" in board.judge_spread(claim, {arm: wide}).sentence


def test_a_seat_runs_one_seed_of_an_experiment_about_seeds_and_all_of_any_other() -> None:
    seeds = LUCK.experiments["seeds"]
    config = seeds.for_seat(7).config("0" * 20, 6)
    assert config.seeds == (7,)
    assert config.model_copy(update={"seeds": seeds.config("0" * 20, 6).seeds}) == seeds.config("0" * 20, 6)
    noise = next(iter(lesson("noise").experiments.values()))
    assert noise.for_seat(7) == noise


def test_the_hardest_sentences_come_first_and_the_matrix_has_every_model() -> None:
    one, two = seat(1), seat(2)
    texts = (RoomText("a", one, "fine", "positive"), RoomText("b", two, "not bad", "positive"),
             RoomText("c", two, "great, thanks for nothing", "negative"))  # fmt: skip
    predicted = {one: ("positive", "negative", "positive"), two: ("positive", "positive", "positive")}
    found = cross_test.CrossTest(texts, predicted)
    frame = found.hardest(hidden=False)
    assert frame["sentence"].tolist() == ["great, thanks for nothing", "not bad", "fine"]
    assert frame["models_right"].tolist() == [0.0, 0.5, 1.0]
    expected = pd.DataFrame({"Seat 1": [1.0, 0.0], "Seat 2": [1.0, 0.5]}, index=["Seat 1", "Seat 2"])
    pd.testing.assert_frame_equal(found.matrix(hidden=True), expected)


def test_the_labels_of_a_lesson_are_those_of_its_sample() -> None:
    labels = cross_test.sample_labels(lesson("probes").experiments["probes"])
    assert labels == ("negative", "positive")
    assert len(cross_test.sample_labels(LUCK.experiments["seeds"])) == 10


@pytest.mark.parametrize("dark", [False, True])
def test_bars_hold_every_guess_once_and_type_is_large(dark: bool) -> None:
    values = [0.0, 0.0, 3.5, 39.9, 40.0]
    measured = Estimate(12.0, 11.0, 13.0)
    figure = lesson_board.number_histogram(values, (0, 40), 0.5, "points", dark, measured=measured)
    assert sum(figure.data[0].y) == len(values)
    assert figure.layout.font.size == figure.layout.xaxis.tickfont.size == lesson_board.TYPE_SIZE
    low, high = figure.layout.xaxis.range
    assert all(low <= x <= high for x in figure.data[0].x)
    assert "12.0" in figure.layout.annotations[0].text


@pytest.mark.parametrize(
    ("measured", "text", "inside"),
    [
        (Estimate(math.inf, 20.0, math.inf), "came out: above 20", 20.0),
        (Estimate(55.0, math.nan, math.nan), "came out: 55.0", 55.0),
        (Estimate(-3.0, -4.0, -2.0), "came out: -3.0", -3.0),
    ],
)
def test_a_number_never_reached_or_beyond_all_guesses_is_marked(
    measured: Estimate, text: str, inside: float
) -> None:
    figure = lesson_board.number_histogram([1.0, 3.0], (0, 40), 0.5, "points", measured=measured)
    assert [one.text for one in figure.layout.annotations] == [text]
    low, high = figure.layout.xaxis.range
    assert low < inside < high
    assert figure.layout.shapes[-1].x0 == inside


def outcome_mark(step: Guess, figure: go.Figure) -> bool:
    """Whether a figure of guesses shows what came out."""
    if step.of == "number":
        return any(one.text.startswith("came out") for one in figure.layout.annotations)
    if step.of == "choice":
        return any("✓" in name for name in figure.data[0].y)
    return any(trace.name == "came out" for trace in figure.data)


@pytest.mark.parametrize("id", lesson_ids())
def test_what_came_out_is_marked_in_every_guess_of_every_lesson(id: str) -> None:
    taken = lesson(id)
    for step in board.guess_steps(taken):
        found = guesses(step, some_values(step))
        measured = take(step.measure, outcomes.load(taken, step.experiment).result)
        for shown in (None, measured):
            figure = board_view.guess_figure(step, found, shown, dark=False)
            assert outcome_mark(step, figure) is (shown is not None), (id, step.id)


def test_equal_scores_lie_beside_each_other() -> None:
    figure = lesson_board.seat_points(
        {"head": [("Ann", 0.7), ("Bob", 0.7), ("Cem", 0.7), ("Dan", 0.8)]}, "score"
    )
    points = list(zip(figure.data[0].x, figure.data[0].y, strict=True))
    assert len(set(points)) == 4
