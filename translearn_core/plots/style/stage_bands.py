"""The stages of a training, on top of a grid.

Each has its number, and a line where it begins; what trains in it is written where there is room.
"""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import Palette
from translearn_core.results import Timeline

STAGE = "stage"
"""The row on top that names the stages."""
APART = 0.07
"""Share of the width that the number of a stage needs, on a phone."""


def name_stages(figure: go.Figure, told: Timeline, colours: Palette) -> None:
    """Draw the row of the stages, their numbers above it, and a line where each but the first begins."""
    figure.add_bar(
        x=[end - start for start, end, _ in told.stages],
        y=[STAGE] * len(told.stages),
        base=[start for start, _, _ in told.stages],
        name=STAGE,
        orientation="h",
        showlegend=False,
        marker={
            "color": [colours.panel if number % 2 else colours.grid for number in range(len(told.stages))],
            "line": {"width": 0},
        },
        text=[plain(label) for _, _, label in told.stages],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        insidetextfont={"color": colours.ink, "size": 11},
        hoverinfo="skip",
    )
    begun, total = told.stages[0][0], told.stages[-1][1] - told.stages[0][0]
    last, thick = -np.inf, 1.5 if len(told.stages) <= 10 else 0.75
    for number, (start, end, _) in enumerate(told.stages, 1):
        if number > 1:
            figure.add_shape(
                type="line", x0=start, x1=start, y0=0, y1=1, yref="paper",
                line={"color": colours.ink, "width": thick},
            )  # fmt: skip
        middle = (start + end) / 2
        if (middle - begun) / total - last >= APART:
            last = (middle - begun) / total
            figure.add_annotation(
                text=str(number), x=middle, y=1, yref="paper", yanchor="bottom", showarrow=False,
                font={"size": 12, "color": colours.muted},
            )  # fmt: skip


def stage_at(told: Timeline, step: int) -> str:
    """Return the number and the name of the stage in which a step lies."""
    number = sum(end <= step for _, end, _ in told.stages)
    number = min(number, len(told.stages) - 1)
    return f"{number + 1}. {plain(told.stages[number][2])}"
