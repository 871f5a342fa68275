"""Moving through the moments of a figure in the browser: a slider, and a button that plays them all."""

from collections.abc import Sequence
from typing import Any

from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import palette

PAUSE, MOVE = 1100, 700
"""Milliseconds from one moment to the next, and of it those in which points move."""


def buttons(height: float, dark: bool) -> dict[str, Any]:
    """Return the buttons Play and Pause, hanging at this share of the figure's height."""
    colours = palette(dark)
    # Plotly paints a button almost white while the mouse is on it: its text is dark in both looks
    face, ink = (colours.frozen_ink, colours.frozen) if dark else (colours.frozen, colours.frozen_ink)
    return {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 0,
        "xanchor": "left",
        "y": height,
        "yanchor": "top",
        "pad": {"t": 0, "l": 0},
        "buttons": [
            {"label": "Play", "method": "animate", "args": [None, _timing(PAUSE, MOVE, steady=True)]},
            {"label": "Pause", "method": "animate", "args": [[None], _timing(0, 0, steady=False)]},
        ],
        "bgcolor": face,
        "bordercolor": colours.grid,
        "font": {"color": ink, "size": 13},
    }


def slider(moments: Sequence[str], active: int, height: float, dark: bool) -> dict[str, Any]:
    """Return the slider over frames called 0, 1, 2 …, the name of the present moment written above it."""
    colours = palette(dark)
    return {
        "active": active,
        "x": 0,
        "len": 1,
        "y": height,
        "yanchor": "top",
        "pad": {"t": 0, "l": 4, "r": 4},
        "currentvalue": {"xanchor": "left", "offset": 8, "font": {"size": 14, "color": colours.ink}},
        "font": {"size": 1, "color": "rgba(0,0,0,0)"},  # the one moment that counts is written above
        "bgcolor": colours.grid,
        "activebgcolor": colours.tuned,
        "bordercolor": colours.muted,
        "borderwidth": 1,
        "tickcolor": colours.muted,
        "ticklen": 5,
        "minorticklen": 5,
        "transition": {"duration": 250},
        "steps": [
            {"label": plain(name), "method": "animate", "args": [[str(m)], _timing(0, 250, steady=True)]}
            for m, name in enumerate(moments)
        ],
    }


def _timing(pause: int, move: int, *, steady: bool) -> dict[str, Any]:
    """Return how long a moment stays and points move; `steady`: on from where it is, slow at both ends."""
    timing: dict[str, Any] = {
        "mode": "immediate",
        "frame": {"duration": pause, "redraw": False},
        "transition": {"duration": move},
    }
    if steady:
        timing["fromcurrent"] = True
        timing["transition"]["easing"] = "cubic-in-out"
    return timing
