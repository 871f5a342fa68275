"""Texts as points on a plane whose axes mean nothing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_SCALE: dict[str, Any] = {"showgrid": False, "showticklabels": False, "ticks": "", "showline": False}
"""Looks of an axis without meaning."""


def size(points: int, least: float, most: float) -> float:
    """Return the size of each of so many points in pixels: fewer may be larger."""
    return float(np.clip(160 / np.sqrt(max(points, 1)), least, most))


def xy(points: NDArray[np.float32]) -> dict[str, Any]:
    """Return where `points`, shape (n, 2), lie: whole arrays are light to send."""
    return {axis: np.ascontiguousarray(points[:, i]) for i, axis in enumerate("xy")}
