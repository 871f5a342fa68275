"""Which texts a person picked: the browser sends the shape they drew, the server tests the points.

A browser forgets what was circled on a picture when any byte of the picture changes. So the picture that was
circled last stays as it is, and what was picked is marked in the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
Lines = NDArray[np.int64]

NONE: Lines = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Mark:
    """What one picture marks; `turn` tells pictures apart that mark the same."""

    lines: Lines
    turn: int = 0


@dataclass(frozen=True)
class PointSelection:
    """The texts picked last, as lines of the run's predictions, and what each picture marks.

    `circled` is the picture they were circled on, which shows them itself as long as it is drawn as it was,
    as the one called `figure`; None: they were searched for, or their picture was drawn anew.
    """

    lines: Lines
    marks: tuple[Mark, ...]
    circled: int | None = None
    figure: str = ""

    @property
    def turn(self) -> int:
        """How often something was picked."""
        return max(mark.turn for mark in self.marks)

    def circle(self, lines: Lines, picture: int, figure: str) -> "PointSelection":
        """Return that `lines` were circled on a picture: it stays as it is, the others mark them."""
        new = Mark(lines, self.turn + 1)
        marks = tuple(mark if i == picture else new for i, mark in enumerate(self.marks))
        return PointSelection(lines, marks, picture, figure)

    def find(self, lines: Lines) -> "PointSelection":
        """Return that `lines` were found otherwise: every picture marks them, and lets go of its lasso."""
        return PointSelection(lines, (Mark(lines, self.turn + 1),) * len(self.marks))

    def on(self, figure: str, held: bool) -> "PointSelection":
        """Return the same, to be drawn on `figure`: all mark it unless the lasso still holds it."""
        if self.circled is None or (self.figure == figure and held):
            return self
        return self.find(self.lines)


def nothing(pictures: int) -> PointSelection:
    """Return that nothing is picked on so many pictures."""
    return PointSelection(NONE, (Mark(NONE),) * pictures)


def inside(points: Points, selection: Mapping[str, Any]) -> Lines:
    """Return the indices of `points` (shape (n, 2)) within any box or lasso of a chart's selection."""
    hit = np.zeros(len(points), dtype=bool)
    for box in selection.get("box") or ():
        hit |= in_box(points, box["x"], box["y"])
    for lasso in selection.get("lasso") or ():
        near = np.flatnonzero(in_box(points, lasso["x"], lasso["y"]))
        hit[near] |= in_polygon(points[near], lasso["x"], lasso["y"])
    return np.flatnonzero(hit)


def inside_polygon(selection: Mapping[str, Any] | None) -> bool:
    """Whether a chart's selection holds a box or a lasso."""
    return selection is not None and bool(selection.get("box") or selection.get("lasso"))


def in_box(points: Points, x: Sequence[float], y: Sequence[float]) -> NDArray[np.bool_]:
    """Whether each point lies in the smallest upright box around the corners (x[i], y[i])."""
    return (
        (points[:, 0] >= min(x))
        & (points[:, 0] <= max(x))
        & (points[:, 1] >= min(y))
        & (points[:, 1] <= max(y))
    )


def in_polygon(points: Points, x: Sequence[float], y: Sequence[float]) -> NDArray[np.bool_]:
    """Whether each point lies in the closed polygon, by counting the edges a ray to the right crosses."""
    corners = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    hit = np.zeros(len(points), dtype=bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        spans = (points[:, 1] >= min(y1, y2)) & (points[:, 1] < max(y1, y2))
        crossing = x1 + (points[:, 1] - y1) * (x2 - x1) / (y2 - y1)
        hit ^= spans & (points[:, 0] < crossing)
    return hit
