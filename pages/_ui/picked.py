"""Which points lie in a drawn box or lasso: the browser sends the shape, the server tests the points."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]


def inside(points: Points, selection: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return the indices of `points` (shape (n, 2)) within any box or lasso of a chart's selection."""
    hit = np.zeros(len(points), dtype=bool)
    for box in selection.get("box") or ():
        hit |= in_box(points, box["x"], box["y"])
    for lasso in selection.get("lasso") or ():
        hit |= in_polygon(points, lasso["x"], lasso["y"])
    return np.flatnonzero(hit)


def in_box(points: Points, x: Sequence[float], y: Sequence[float]) -> NDArray[np.bool_]:
    """Whether each point lies in the box with corners (x[0], y[0]) and (x[1], y[1])."""
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
