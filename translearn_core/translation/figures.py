"""Texts of a figure in another language."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from translearn_core.translation.catalog import Catalog

TEXTS = frozenset({"text", "name", "title", "hovertemplate", "ticktext"})
"""Entries of a figure that people read."""
LISTS = frozenset({"ticktext"})
"""Lists of such texts."""
WORDS = frozenset(
    {
        "train", "validation", "test", "head", "embeddings", "frozen", "right", "predicted", "label",
        "baseline", "measured", "pretrained", "fine-tuned", "majority", "prototypes", "zero-shot", "scratch",
        "transfer",
    }
)  # fmt: skip
"""Words of ours that stand alone; others may be what people call their classes."""
PLACES = frozenset({"x", "y", "categoryarray", "text"})
"""Lists that may hold names of ours; if they are long, they hold data."""
MOST_PLACES = 60
"""Entries of such a list."""


def translate_figure(figure: go.Figure, messages: Catalog) -> go.Figure:
    """Return a figure with its titles, legend, annotations and hover texts translated."""
    return go.Figure(_translated(figure.to_dict(), messages))


def _translated(node: Any, messages: Catalog, name: str = "") -> Any:
    if isinstance(node, dict):
        return {key: _translated(value, messages, key) for key, value in node.items()}
    if name in PLACES and isinstance(node, list | tuple | np.ndarray) and len(node):
        ours = isinstance(node[0], str) and len(node) <= MOST_PLACES
        return [_place(one, messages) for one in node] if ours else node
    if isinstance(node, list | tuple) and (name in LISTS or isinstance(next(iter(node), None), dict)):
        return [_translated(one, messages, name) for one in node]
    if not isinstance(node, str) or name not in TEXTS:
        return node
    return messages.word(node) if name == "text" or node in WORDS else messages.translate(node)


def _place(name: Any, messages: Catalog) -> Any:
    """Return the translation of a name of ours: a known word, or a message of several words."""
    if name in WORDS:
        return messages.word(name)
    ours = isinstance(name, str) and " " in name and not messages.missing(name)
    return messages.translate(name) if ours else name
