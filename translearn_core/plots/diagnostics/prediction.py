"""Predicted class probabilities of one text."""

import numpy as np
import plotly.graph_objects as go

from translearn_core.plots.style.labels import labels
from translearn_core.plots.style.palette import palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import Prediction

MOST_BARS = 10
"""Most classes shown."""


def probabilities(prediction: Prediction, text: int, dark: bool = False) -> go.Figure:
    """Draw the most probable classes of text number `text`, the predicted ones highlighted."""
    colours, values = palette(dark), prediction.outputs[text].astype(float)
    top = np.argsort(-values, kind="stable")[:MOST_BARS][::-1]
    predicted = prediction.predicted_outputs(text)
    names = labels((prediction.names[c] for c in top), 26)
    figure = bare("probabilities", dark, height=60 + 32 * len(top))
    figure.add_bar(
        x=values[top],
        y=names,
        orientation="h",
        marker_color=[colours.tuned if predicted[c] else colours.train for c in top],
        text=[f"{values[c]:.1%}" for c in top],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: <b>%{x:.2%}</b><extra></extra>",
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%", showgrid=True, nticks=5)
    figure.update_yaxes(type="category", showgrid=False)
    figure.update_layout(bargap=0.3, margin={"t": 8, "r": 52})
    return figure
