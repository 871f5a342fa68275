"""Slider and play buttons of animated figures."""

from collections.abc import Sequence
from typing import Any

from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import palette

PAUSE, MOVE = 1100, 700
"""Milliseconds per frame, and of these the transition."""


def buttons(height: float, dark: bool) -> dict[str, Any]:
    """Return the Play and Pause buttons, their top at `height`, a share of the figure's height."""
    colours = palette(dark)
    # Plotly paints hovered buttons almost white: their text is dark in both themes
    background, ink = (colours.frozen_ink, colours.frozen) if dark else (colours.frozen, colours.frozen_ink)
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
        "bgcolor": background,
        "bordercolor": colours.grid,
        "font": {"color": ink, "size": 13},
    }


def slider(names: Sequence[str], active: int, height: float, dark: bool) -> dict[str, Any]:
    """Return the slider over the frames 0, 1, 2 …, with the current frame's name above it."""
    colours = palette(dark)
    return {
        "active": active,
        "x": 0,
        "len": 1,
        "y": height,
        "yanchor": "top",
        "pad": {"t": 0, "l": 4, "r": 4},
        "currentvalue": {"xanchor": "left", "offset": 8, "font": {"size": 14, "color": colours.ink}},
        "font": {"size": 1, "color": "rgba(0,0,0,0)"},  # the current name is above
        "bgcolor": colours.grid,
        "activebgcolor": colours.tuned,
        "bordercolor": colours.muted,
        "borderwidth": 1,
        "tickcolor": colours.muted,
        "ticklen": 5,
        "minorticklen": 5,
        "transition": {"duration": 250},
        "steps": [
            {"label": plain(name), "method": "animate", "args": [[str(frame)], _timing(0, 250, steady=True)]}
            for frame, name in enumerate(names)
        ],
    }


def _timing(pause: int, move: int, *, steady: bool) -> dict[str, Any]:
    """Return animation options; `steady`: continue from the current frame, with easing."""
    timing: dict[str, Any] = {
        "mode": "immediate",
        "frame": {"duration": pause, "redraw": False},
        "transition": {"duration": move},
    }
    if steady:
        timing["fromcurrent"] = True
        timing["transition"]["easing"] = "cubic-in-out"
    return timing
