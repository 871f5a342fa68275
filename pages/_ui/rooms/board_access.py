"""Who may see the board of a class, and what of it."""

from dataclasses import dataclass

from pages._ui.rooms import current
from pages._ui.shell import state
from translearn_core.errors import NotFoundError
from translearn_core.lessons import board
from translearn_core.lessons.lesson import Lesson
from translearn_core.runs import LessonProgress, Room, Seat
from translearn_core.runs.rooms.codes import normalised
from translearn_core.runs.rooms.store import NO_ROOM

NOT_SHARED = "Your teacher has not opened the board to the seats: look at the projector."


@dataclass(frozen=True)
class Viewer:
    """A room and the seat that looks at its board; None: its teacher, or who has the secret address."""

    room: Room
    seat: Seat | None

    def locked(self, lesson: Lesson) -> frozenset[str]:
        """Return the guess steps whose board may be seen: those that the viewer has locked, or all."""
        steps = {step.id for step in board.guess_steps(lesson)}
        if self.seat is None:
            return frozenset(steps)
        answers = LessonProgress(state.store()).answers(self.seat.learner, lesson.id)
        return frozenset(step for step in steps if step in answers and answers[step].locked is not None)


def viewer(key: str | None, code: str | None) -> Viewer:
    """Return who looks at which board, by the secret key or the code in the address.

    Raises
    ------
    NotFoundError
        If there is no such board, or this browser may not see it.
    """
    if key:
        return Viewer(current.rooms().by_board_key(key), None)
    for room in current.rooms().all(state.owner()):
        if room.code == normalised(code or ""):
            return Viewer(room, None)
    seat = current.seat()
    room = None if seat is None else current.rooms().room_of(seat)
    if room is None or (code and room.code != normalised(code)):
        raise NotFoundError(NO_ROOM)
    if not room.board_shared:
        raise NotFoundError(NOT_SHARED)
    return Viewer(room, seat)
