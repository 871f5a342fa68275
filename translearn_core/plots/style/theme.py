"""Plotly templates, light and dark, and the empty figure that others start from.

Pages show figures with ``st.plotly_chart(figure, theme=None)``: Streamlit's own theme would replace this one.
"""

from functools import cache

import plotly.graph_objects as go

from translearn_core.plots.style.palette import faint, palette

FONT = "'Source Sans', system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
"""Streamlit's own font, then system fonts; none is fetched from a network."""
TEXT_SIZE = 13
"""Size of all text in pixels: ticks, legends and notes inherit it, and none is smaller."""


@cache
def template(dark: bool) -> go.layout.Template:
    """Return the Plotly template: transparent background, legend above the plot.

    Zoom and drag are off unless a figure enables them, so that a page still scrolls on a touch screen.
    """
    colours = palette(dark)
    axis = {
        "automargin": True,
        "color": colours.muted,
        "fixedrange": True,
        "gridcolor": colours.grid,
        "gridwidth": 1,
        "linecolor": colours.grid,
        "tickcolor": colours.grid,
        "ticklabelstandoff": 4,
        "title": {"font": {"size": TEXT_SIZE, "color": colours.muted}, "standoff": 8},
        "zeroline": False,
    }
    return go.layout.Template(
        layout={
            "autotypenumbers": "strict",
            "barcornerradius": 3,
            "colorway": list(colours.classes),
            "dragmode": False,
            "font": {"family": FONT, "size": TEXT_SIZE, "color": colours.ink},
            "hoverlabel": {
                "bgcolor": colours.panel,
                "bordercolor": colours.grid,
                "font": {"family": FONT, "size": TEXT_SIZE, "color": colours.ink},
                "align": "left",
            },
            "hovermode": "closest",
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
                "bgcolor": "rgba(0,0,0,0)",
                "font": {"color": colours.ink},
                "itemsizing": "constant",
            },
            "margin": {"l": 8, "r": 16, "t": 36, "b": 8, "pad": 0},
            "modebar": {
                "remove": ["autoScale2d", "zoomIn2d", "zoomOut2d"],
                "bgcolor": "rgba(0,0,0,0)",
                "color": faint(colours.muted, 0.6),
                "activecolor": colours.ink,
            },
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": axis | {"showgrid": False, "ticks": "outside", "ticklen": 4},
            "yaxis": axis,
        }
    )


def bare(name: str, dark: bool, height: int) -> go.Figure:
    """Return an empty figure; figures of one `name` keep zoom and hidden lines when redrawn."""
    return go.Figure(layout={"template": template(dark), "height": height, "uirevision": name})


def annotate_empty(figure: go.Figure, sentence: str, dark: bool) -> go.Figure:
    """Write `sentence` in the middle of a figure without data, and return the figure."""
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text=sentence,
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        showarrow=False,
        font_color=palette(dark).muted,
    )
    return figure
