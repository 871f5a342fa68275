"""Selection of points in linked projections: the browser sends a shape, the server tests the points.

A browser drops its lasso when any byte of the figure changes. So the figure with the lasso stays unchanged,
and the selection is marked in the others.
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
    """Points marked in one figure; `turn` distinguishes equal marks of different selections."""

    lines: Lines
    turn: int = 0


@dataclass(frozen=True)
class PointSelection:
    """Selected texts as rows of the run's predictions, and the marks of each figure.

    `circled` is the index of the figure with the lasso, which shows the selection itself while it is drawn
    unchanged as `figure`; None: they were searched for, or that figure was redrawn.
    """

    lines: Lines
    marks: tuple[Mark, ...]
    circled: int | None = None
    figure: str = ""

    @property
    def turn(self) -> int:
        """Number of selections so far."""
        return max(mark.turn for mark in self.marks)

    def circle(self, lines: Lines, picture: int, figure: str) -> "PointSelection":
        """Return the selection of `lines` by a lasso: its figure stays unchanged, the others mark them."""
        new = Mark(lines, self.turn + 1)
        marks = tuple(mark if i == picture else new for i, mark in enumerate(self.marks))
        return PointSelection(lines, marks, picture, figure)

    def find(self, lines: Lines) -> "PointSelection":
        """Return the selection of `lines` without a lasso: every figure marks them and drops its lasso."""
        return PointSelection(lines, (Mark(lines, self.turn + 1),) * len(self.marks))

    def on(self, figure: str, held: bool) -> "PointSelection":
        """Return the selection for `figure`: all figures mark it unless the lasso is still drawn."""
        if self.circled is None or (self.figure == figure and held):
            return self
        return self.find(self.lines)


def empty_selection(pictures: int) -> PointSelection:
    """Return the empty selection for a number of figures."""
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
