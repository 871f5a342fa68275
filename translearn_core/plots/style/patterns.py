"""How a part looks that stood still: hatched, so that it reads without colour too."""

from typing import Any

from translearn_core.plots.style.palette import Palette, faint


def hatch_pattern(colours: Palette) -> dict[str, Any]:
    """Return the marker of bars for what is frozen or did not move."""
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
