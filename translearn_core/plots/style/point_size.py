"""Size and coordinates of scatter points in projections."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_SCALE: dict[str, Any] = {"showgrid": False, "showticklabels": False, "ticks": "", "showline": False}
"""Style of an axis without a scale."""


def size(points: int, least: float, most: float) -> float:
    """Return the size in pixels of each of `points` points; fewer are larger."""
    return float(np.clip(160 / np.sqrt(max(points, 1)), least, most))


def xy(points: NDArray[np.float32]) -> dict[str, Any]:
    """Return the coordinates of `points`, shape (n, 2), as contiguous arrays, which serialise compactly."""
    return {axis: np.ascontiguousarray(points[:, i]) for i, axis in enumerate("xy")}
