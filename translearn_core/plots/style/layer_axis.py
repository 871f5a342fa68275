"""The axis of a backbone's layers: 0 is the embeddings, k comes after block k-1."""

from typing import Any

from numpy.typing import NDArray

TITLE = "layer (0: embeddings, k: after block k−1)"
MOST_TICKS = 13
"""Numbers that an axis has room for on a phone."""


def ticks(layers: NDArray[Any]) -> NDArray[Any]:
    """Return the layers whose numbers are written: all, or every so many of a deep backbone."""
    return layers[:: max(1, -(-len(layers) // MOST_TICKS))]
