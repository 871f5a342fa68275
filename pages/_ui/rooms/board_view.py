"""Board of a class: one guess as a histogram, or one point a seat, in large type and live."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from pages._ui.rooms import board_scores, board_style, class_address, class_texts
from pages._ui.rooms.board_access import Viewer
from pages._ui.shell import errors, navigation, page_header, st, state
from pages._ui.shell.formatting import plain
from translearn_core.lessons import board, outcomes
from translearn_core.lessons.guess import ranked
from translearn_core.lessons.lesson import Guess, GuessKind, Lesson
from translearn_core.lessons.lesson_file import lesson
from translearn_core.plots import lesson_board
from translearn_core.prepared_experiments.measure import Measured
from translearn_core.prepared_experiments.measures import take
from translearn_core.results.format import count_noun
from translearn_core.runs import Room
from translearn_core.runs.rooms.overview import room_guesses
from translearn_core.runs.rooms.records import RoomGuess

REFRESH_SECONDS = 2.0
"""Time between two looks at guesses and runs, while the board is open."""
RUNS, TEXTS = "runs", "texts"
"""Views of the finished runs, and of the seats' test sentences."""
GUESS_COLUMNS: dict[str, object] = {
    "seat": "Seat", "step": "Step", "guess": "Guess", "reason": "Reason", "locked": "Locked at",
}  # fmt: skip
SCORE_COLUMNS: dict[str, object] = {
    "seat": "Seat", "arm": "Arm", "seed": "Seed", "test_score": "Test score",
}  # fmt: skip
"""Titles of the tables below the figures."""


def show(viewer: Viewer) -> None:
    """Show the board of a class."""
    room = viewer.room
    st.html(board_style.STYLE)
    with st.container(key="board"):
        taken = None if room.lesson is None else lesson(room.lesson)
        st.title("Board" if taken is None else plain(taken.title), anchor=False)
        if viewer.seat is None and room.closed is None:
            with st.container(key="join"):
                class_address.large(room)
        if taken is None:
            st.markdown("This class takes no lesson. The board shows a lesson's guesses and runs.")
        else:
            _lesson(viewer, taken)
    navigation.link("class", "Back to the class", **({} if viewer.seat else {"code": room.code}))


def _lesson(viewer: Viewer, taken: Lesson) -> None:
    guessed = board.guess_steps(taken)
    views = {step.id: f"Guess {k}" for k, step in enumerate(guessed, 1)} | {RUNS: "Runs", TEXTS: "Sentences"}
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "What to show", list(views), key="view", default=guessed[0].id, required=True,
            format_func=views.__getitem__, label_visibility="collapsed", bind="query-params",
        )  # fmt: skip
        locked = viewer.locked(taken)
        may_reveal = len(locked) == len(guessed)
        revealed = st.toggle(
            "Show what came out", key="board_reveal", disabled=not may_reveal,
            help="The result that was computed beforehand. First let everybody guess.",
        )  # fmt: skip
    step = next((one for one in guessed if one.id == view), None)
    if step is not None and step.id not in locked:
        st.markdown("**Guess first**: you see the guesses of the others when yours is locked.")
        return
    if step is None and not may_reveal:
        st.markdown("**Guess first**: you see what came out when all your guesses are locked.")
        return
    if view == TEXTS:
        st.fragment(run_every=REFRESH_SECONDS)(class_texts.board)(viewer, taken)
    elif step is None:
        st.fragment(run_every=REFRESH_SECONDS)(_runs)(viewer.room, taken)
    else:
        st.markdown(plain(step.question))
        st.fragment(run_every=REFRESH_SECONDS)(_guesses)(viewer.room, taken, step, revealed and may_reveal)


def _guesses(room: Room, taken: Lesson, step: Guess, revealed: bool) -> None:
    """Show the guesses at a step so far."""
    with errors.show_errors():
        measured = take(step.measure, outcomes.load(taken, step.experiment).result) if revealed else None
        found = board.guesses_at(step, room_guesses(state.store(), room.id, taken.id))
        came_out = "" if measured is None else f" {board.outcome_sentence(step, measured)}"
        st.caption(plain(f"{count_noun(len(found), 'guess', 'guesses')} so far.{came_out}"))
        if not found:
            st.markdown("Nobody has locked a guess yet.")
            return
        picture = guess_figure(step, found, measured, page_header.dark())
        frame = board.guess_frame(taken, found, hidden=room.names_hidden)
        alt = f"Guesses of the class: {board.guesses_summary(step, found)}"
        name = f"class_{room.code}_{step.id}"
        board_style.figure(picture, frame, name, key=f"board-{step.id}", alt=alt, config=GUESS_COLUMNS)


def guess_figure(step: Guess, found: Sequence[RoomGuess], measured: Measured | None, dark: bool) -> go.Figure:
    """Draw the guesses at a step, and what came out if that is to be shown."""
    unit = "" if step.unit == "none" else f", {step.unit}"
    match step.of:
        case GuessKind.CHOICE:
            first, settled = (None, False) if measured is None else board.choice_outcome(step, measured)
            counts = board.choice_counts(step, found)
            return lesson_board.choice_bars(counts, dark, measured=first, settled=settled)
        case GuessKind.ORDER:
            order = None if measured is None else ranked(measured, lowest=step.lowest)
            return lesson_board.rank_bars(board.option_ranks(step, found), dark, measured=order)
        case GuessKind.CURVE:
            line = None if measured is None else [measured[point].value for point in step.points]
            curves = [[float(one) for one in guess.value] for guess in found]
            titles = step.axis, step.measure.title
            return lesson_board.guessed_curves(
                step.points, curves, (step.low, step.high), titles, dark, measured=line
            )
    value = None if measured is None else next(iter(measured.values()))
    values = [float(one.value) for one in found]
    title = f"your guesses{unit}"
    return lesson_board.number_histogram(
        values, (step.low, step.high), step.step, title, dark, measured=value
    )


def _runs(room: Room, taken: Lesson) -> None:
    """Show one point a seat, as runs finish, and whether the claim came out in the class."""
    with errors.show_errors():
        scores = board_scores.seat_scores(room, taken)
        seats = len({one.seat.id for one in scores})
        st.caption(f"{count_noun(seats, 'seat')} with a finished run so far.")
        if not scores:
            st.markdown("No run has finished yet. A point appears here for each seat's **Run it live**.")
            return
        by_arm = board.by_arm(scores)
        _points(room, taken, scores, by_arm)
        claim = board.spread_claim(taken)
        if claim is None:
            return
        verdict = board.judge_spread(claim, {arm: [s.score for s in found] for arm, found in by_arm.items()})
        st.markdown(f"**What the paper says.** {plain(claim.paper)}")
        if verdict is None:
            st.caption(f"The spread is compared with it from {board.FEWEST_SEEDS} seats on.")
        else:
            st.markdown(f"**Your class.** {plain(verdict.sentence)}")


def _points(
    room: Room,
    taken: Lesson,
    scores: Sequence[board.SeatScore],
    by_arm: Mapping[str, Sequence[board.SeatScore]],
) -> None:
    """Draw the scores of the seats."""
    hidden = room.names_hidden
    points = {
        arm: [(board.seat_label(one.seat, hidden=hidden), one.score) for one in found]
        for arm, found in by_arm.items()
    }
    picture = lesson_board.seat_points(points, "test score, one point a seat", page_header.dark())
    frame = board.score_frame(scores, hidden=hidden)
    name = f"class_{room.code}_scores"
    alt = f"Test scores of the class. {board.scores_summary(by_arm)}"
    board_style.figure(picture, frame, name, key=f"board-runs-{taken.id}", alt=alt, config=SCORE_COLUMNS)
