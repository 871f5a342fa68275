"""Records of rooms, immutable."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from translearn_core.config import BaseConfig, ExperimentConfig
from translearn_core.runs.records import State


@dataclass(frozen=True)
class Room:
    """Room of a class; `owner` is the teacher, `lesson` the one it takes, None if it is free.

    `names_hidden`: the board shows numbers of seats; `board_shared`: seats may see the board; `closed`: time
    since when nobody can join.
    """

    id: str
    code: str
    board_key: str
    owner: str
    name: str
    lesson: str | None
    names_hidden: bool
    board_shared: bool
    paused: bool
    created: float
    closed: float | None


@dataclass(frozen=True)
class Seat:
    """Seat of one owner in a room; `number` counts from 1 in the order of joining."""

    id: str
    room: str
    owner: str
    number: int
    name: str
    joined: float
    left: float | None

    @property
    def learner(self) -> str:
        """Owner of the answers to lessons that are given in the room; see `learner`."""
        return learner(self.owner, self.room)


def learner(owner: str, room: str) -> str:
    """Return the owner of lesson answers given in a room, which are apart from those given outside it."""
    return f"{owner}@{room}"


def room_owner(room: str) -> str:
    """Return the owner of a room's pinned data sets."""
    return f"room:{room}"


@dataclass(frozen=True)
class SeatStatus:
    """What a seat is doing: place in its latest lesson, and its trainings in the room by state."""

    seat: Seat
    lesson: str | None
    step: str | None
    finished: bool
    last_active: float
    runs: dict[State, int]

    @property
    def done(self) -> int:
        """Number of trainings that are done."""
        return self.runs.get(State.DONE, 0)

    @property
    def activity(self) -> str:
        """Activity in a word: left, training, waiting, done (the lesson), in a lesson, or joined."""
        if self.seat.left is not None:
            return "left"
        if self.runs.get(State.RUNNING):
            return "training"
        if self.runs.get(State.QUEUED) or self.runs.get(State.INTERRUPTED):
            return "waiting"
        if self.finished:
            return "done"
        return "joined" if self.lesson is None else "in a lesson"


class PinnedDataset(BaseConfig):
    """A data set of the teacher, by the digest of its files; its columns are suggested to each seat."""

    kind: Literal["dataset"] = "dataset"
    dataset: str = Field(max_length=64)


class PinnedSettings(BaseConfig):
    """A configuration with its data."""

    kind: Literal["settings"] = "settings"
    experiment: ExperimentConfig


PinSubject = PinnedDataset | PinnedSettings
"""What a pin opens."""

PIN_SUBJECTS: TypeAdapter[PinSubject] = TypeAdapter(Annotated[PinSubject, Field(discriminator="kind")])


@dataclass(frozen=True)
class Pin:
    """Something pinned for all seats of a room."""

    id: str
    room: str
    name: str
    subject: PinSubject
    created: float

    @property
    def dataset(self) -> str:
        """Digest of its data set."""
        subject = self.subject
        return subject.dataset if isinstance(subject, PinnedDataset) else subject.experiment.data.dataset


@dataclass(frozen=True)
class RoomGuess:
    """Locked guess of a seat at a step of a lesson."""

    seat: Seat
    step: str
    value: Any
    reason: str
    locked: float


@dataclass(frozen=True)
class RoomText:
    """Test sentence that a seat wrote, and the label it should get."""

    id: str
    seat: Seat
    text: str
    label: str


@dataclass(frozen=True)
class RoomRun:
    """Finished training of a seat in a room."""

    seat: Seat
    job: str
    study: str
    arm: str
    seed: int
    finished: float
