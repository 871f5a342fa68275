"""Traces of a figure by name."""

from typing import Any

import plotly.graph_objects as go


def named(figure: go.Figure) -> dict[str, Any]:
    """Return the traces of a figure by name."""
    return {trace.name: trace for trace in figure.data}


def by_name(figure: go.Figure, name: str) -> Any:
    """Return the only trace of this name."""
    (found,) = [trace for trace in figure.data if trace.name == name]
    return found
