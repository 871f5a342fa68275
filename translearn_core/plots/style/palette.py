"""Colour palettes, light and dark: cold colours for frozen, warm ones for trained parts.

Class colours start from Okabe & Ito's set; any two differ by at least 0.1 in OKLab under normal vision and
simulated protanopia, deuteranopia and tritanopia. `.streamlit/config.toml` has the same colours.

References
----------
Okabe & Ito (2008), Color Universal Design. Machado et al. (2009), doi:10.1109/TVCG.2009.113.
"""

from dataclasses import dataclass
from typing import Any

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "triangle-down", "star")
"""Marker shapes; the next one is used when the class colours repeat."""

DASHES = ("solid", "dash", "dot", "dashdot")
"""Line styles; the next one is used when the class colours repeat."""

BASELINE_DASHES = ("dot", "dash", "dashdot")
"""Line styles of baselines, the cheapest first."""


@dataclass(frozen=True)
class Palette:
    """Named colours of one theme, as ``#RRGGBB``.

    `frozen` and `trainable` are fills, each with its ink; `pretrained` and `tuned` are their line colours.
    `right` and `wrong` end the two colour scales of the confusion matrix, which start at `panel`.
    """

    paper: str
    panel: str
    ink: str
    muted: str
    grid: str
    accent: str
    frozen: str
    frozen_ink: str
    trainable: str
    trainable_ink: str
    pretrained: str
    tuned: str
    train: str
    validation: str
    test: str
    right: str
    wrong: str
    classes: tuple[str, ...]


LIGHT = Palette(
    paper="#FBFAF7",
    panel="#F2F0EA",
    ink="#1F2A33",
    muted="#5A6672",
    grid="#E4E1D8",
    accent="#0F5F7A",
    frozen="#C3DFEB",
    frozen_ink="#1F4F63",
    trainable="#F2A359",
    trainable_ink="#4A2404",
    pretrained="#2E86AB",
    tuned="#CF5A12",
    train="#8E9BA7",
    validation="#0F6E93",
    test="#7A2F68",
    right="#0F5F7A",
    wrong="#B84203",
    classes=(
        "#0056C8",
        "#B84203",
        "#04977B",
        "#E862BA",
        "#E3AB00",
        "#47BEFF",
        "#6B0538",
        "#160689",
        "#9D9118",
        "#7C4E75",
    ),
)

DARK = Palette(
    paper="#12181F",
    panel="#1B242E",
    ink="#E4E9ED",
    muted="#9AA7B2",
    grid="#2A3541",
    accent="#2A7C9B",
    frozen="#27485A",
    frozen_ink="#CBE8F4",
    trainable="#D27A30",
    trainable_ink="#2A1402",
    pretrained="#6FB7D6",
    tuned="#F0914A",
    train="#7C8A97",
    validation="#5CC0E8",
    test="#D98BC6",
    right="#5FC3E4",
    wrong="#F07B3A",
    classes=(
        "#6C8FF6",
        "#E1571E",
        "#13D28C",
        "#C6ACE1",
        "#F89C1E",
        "#93F9FF",
        "#A14B76",
        "#5F58D2",
        "#E3E97F",
        "#9C8794",
    ),
)


def palette(dark: bool) -> Palette:
    """Return the light or the dark palette."""
    return DARK if dark else LIGHT


def class_colour(index: int, dark: bool) -> str:
    """Return the colour of class (or run) `index`; they repeat after ten."""
    return palette(dark).classes[index % len(LIGHT.classes)]


def class_symbol(index: int) -> str:
    """Return the marker of class `index`, which changes when colours repeat."""
    return SYMBOLS[index // len(LIGHT.classes) % len(SYMBOLS)]


def line_dash(index: int) -> str:
    """Return the line style of run `index`, which changes when colours repeat."""
    return DASHES[index // len(LIGHT.classes) % len(DASHES)]


def mixed(colour: str, base: str, share: float) -> str:
    """Return `share` of `colour` on `base`, all ``#RRGGBB``."""
    pairs = ((int(colour[i : i + 2], 16), int(base[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02X}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#RRGGBB`` in [0, 1] (WCAG 2.2, as contrast ratios use it)."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def faint(colour: str, opacity: float) -> str:
    """Return ``#RRGGBB`` as a CSS colour of this opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


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
