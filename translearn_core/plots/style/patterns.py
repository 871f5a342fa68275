"""Hatch pattern of frozen or unchanged parts, readable without colour."""

from typing import Any

from translearn_core.plots.style.palette import Palette, faint


def hatch_pattern(colours: Palette) -> dict[str, Any]:
    """Return the bar marker of frozen or unchanged parts."""
    return {
        "color": faint(colours.frozen, 0.55),
        "line": {"width": 0},
        "pattern": {
            "shape": "/",
            "fillmode": "overlay",
            "fgcolor": faint(colours.pretrained, 0.5),
            "size": 7,
            "solidity": 0.15,
        },
    }
