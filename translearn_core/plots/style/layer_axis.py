"""Axis of a backbone's layers: 0 is the embeddings, k the output of block k-1."""

from typing import Any

from numpy.typing import NDArray

TITLE = "layer (0: embeddings, k: after block k−1)"
MAX_TICKS = 13
"""Most tick labels that fit on a phone."""


def ticks(layers: NDArray[Any]) -> NDArray[Any]:
    """Return the layers with a tick label: all, or a regular subset of a deep backbone."""
    return layers[:: max(1, -(-len(layers) // MAX_TICKS))]
