"""Training stages on top of a heatmap: a labelled row, numbers and separating lines."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.labels import plain
from translearn_core.plots.style.palette import Palette
from translearn_core.results import Timeline

STAGE = "stage"
"""Name of the row of stages."""
NUMBER_DISTANCE = 0.07
"""Least distance between stage numbers, as a share of the width of a phone."""


def name_stages(figure: go.Figure, schedule: Timeline, colours: Palette) -> None:
    """Draw the row of stages, their numbers above it, and a line at the start of each but the first."""
    figure.add_bar(
        x=[end - start for start, end, _ in schedule.stages],
        y=[STAGE] * len(schedule.stages),
        base=[start for start, _, _ in schedule.stages],
        name=STAGE,
        orientation="h",
        showlegend=False,
        marker={
            "color": [
                colours.panel if number % 2 else colours.grid for number in range(len(schedule.stages))
            ],
            "line": {"width": 0},
        },
        text=[plain(label) for _, _, label in schedule.stages],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        insidetextfont={"color": colours.ink},
        hoverinfo="skip",
    )
    first_step, total = schedule.stages[0][0], schedule.stages[-1][1] - schedule.stages[0][0]
    last, width = -np.inf, 1.5 if len(schedule.stages) <= 10 else 0.75
    for number, (start, end, _) in enumerate(schedule.stages, 1):
        if number > 1:
            figure.add_shape(
                type="line", x0=start, x1=start, y0=0, y1=1, yref="paper",
                line={"color": colours.ink, "width": width},
            )  # fmt: skip
        middle = (start + end) / 2
        if (middle - first_step) / total - last >= NUMBER_DISTANCE:
            last = (middle - first_step) / total
            figure.add_annotation(
                text=str(number), x=middle, y=1, yref="paper", yanchor="bottom", showarrow=False,
                font={"color": colours.muted},
            )  # fmt: skip


def stage_at(schedule: Timeline, step: int) -> str:
    """Return number and name of the stage of a step."""
    number = sum(end <= step for _, end, _ in schedule.stages)
    number = min(number, len(schedule.stages) - 1)
    return f"{number + 1}. {plain(schedule.stages[number][2])}"
