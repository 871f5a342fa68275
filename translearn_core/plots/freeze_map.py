"""Freeze map: the backbone's parts, embeddings at the bottom, frozen or trainable, with the boundary."""

from dataclasses import dataclass

import plotly.graph_objects as go

from translearn_core.config import FreezePlan
from translearn_core.plots.style.labels import amount
from translearn_core.plots.style.palette import Palette, palette
from translearn_core.plots.style.theme import bare
from translearn_core.results import BackboneInfo

SNOWFLAKE = (
    "M18,-7L18,7M11.9,-3.5L24.1,3.5M11.9,3.5L24.1,-3.5M16,-6L18,-4L20,-6M16,6L18,4L20,6M11.8,-1.2L14.5,-2L13.7,-4.7"
    "M24.2,1.2L21.5,2L22.3,4.7M11.8,1.2L14.5,2L13.7,4.7M24.2,-1.2L21.5,-2L22.3,-4.7"
)
FLAME = (
    "M18,-7C13.6,-7 12.4,-3.6 13.6,-0.8C14.2,-2 15,-2.4 15.6,-2.2C14.6,1.6 17,5 19,7C18.8,4 20.6,2.6 "
    "21.8,0.8C23.6,-2 22.6,-7 18,-7Z"
)
"""SVG paths in pixels from the bar's left end, y upwards; glyphs would depend on the font."""


@dataclass(frozen=True)
class _Part:
    """One bar: displayed `name`, `key` returned by a click, parameter count, and whether it trains."""

    name: str
    key: str
    parameters: int
    trains: bool
    state: str


def freeze_map(backbone: BackboneInfo, plan: FreezePlan, dark: bool = False) -> go.Figure:
    """Draw one bar per part of `backbone` under `plan`.

    A click on a bar selects a point whose `customdata` is ``["embeddings"]`` or ``["block k"]`` (the last
    block for the final norm); the head always trains and is not clickable.

    Raises
    ------
    ConfigError
        If the plan has a block that the backbone lacks.
    """
    plan.check(backbone.n_blocks)
    colours, parts = palette(dark), _parts(backbone, plan)
    below = _below_boundary(backbone, plan)
    # gap for the boundary line
    heights = [i + (0.62 if below and i >= below else 0.0) for i in range(len(parts) + 1)]
    row = 36 if len(parts) <= 16 else 24
    top = heights[-1]
    figure = bare(f"stack {backbone.digest}", dark, height=round(row * (top + 1.9)) + 16)
    for trains in (False, True):
        _add_bars(
            figure, [(p, y) for p, y in zip(parts, heights, strict=False) if p.trains == trains], colours
        )
    _add_bars(figure, [(_Part("head", "", 0, True, "new, always trains"), top)], colours, clickable=False)
    for part, y in [*zip(parts, heights, strict=False), (_Part("head", "", 0, True, ""), top)]:
        _add_icon(figure, part, y, colours)
    if below:
        _add_boundary(figure, heights[below] - 0.81, colours)
    _add_text(figure, top + 0.78, "prediction out", colours)
    first = "text in" if below else f"text in  ·  {_no_boundary_reason(backbone)}"
    _add_text(figure, -0.78, first, colours)
    figure.update_xaxes(visible=False, range=[0, 1])
    figure.update_yaxes(visible=False, range=[-1.05, top + 1.05])
    figure.update_layout(
        bargap=0.14,
        barcornerradius=6,
        barmode="overlay",
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        showlegend=False,
    )
    return figure


def _parts(backbone: BackboneInfo, plan: FreezePlan) -> list[_Part]:
    boundary = plan.first_trainable_block(backbone.n_blocks) if backbone.supports_partial_forward else -1
    recomputed = "frozen, computed again"
    rows = [("embeddings", "embeddings", backbone.embedding_parameters, plan.embeddings, boundary < 0)]
    rows += [
        (f"block {k}", f"block {k}", n, k in plan.blocks, k > boundary)
        for k, n in enumerate(backbone.block_parameters)
    ]
    if backbone.final_parameters:
        last = backbone.n_blocks - 1
        rows.append(
            ("final norm", f"block {last}", backbone.final_parameters, last in plan.blocks, last > boundary)
        )
    return [
        _Part(name, key, n, trains, "trains" if trains else recomputed if above else "frozen")
        for name, key, n, trains, above in rows
    ]


def _below_boundary(backbone: BackboneInfo, plan: FreezePlan) -> int:
    """Return the number of parts below the boundary, which are computed once."""
    boundary = plan.first_trainable_block(backbone.n_blocks)
    if not backbone.supports_partial_forward or boundary < 0:
        return 0
    if boundary == backbone.n_blocks:
        return 1 + backbone.n_blocks + (backbone.final_parameters > 0)
    return 1 + boundary


def _no_boundary_reason(backbone: BackboneInfo) -> str:
    if not backbone.supports_partial_forward:
        return "this model cannot be cut: every step computes all of it"
    return "embeddings train: every step computes all of it"


def _add_bars(
    figure: go.Figure, parts: list[tuple[_Part, float]], colours: Palette, clickable: bool = True
) -> None:
    if not parts:
        return
    trains = parts[0][0].trains
    ink = colours.trainable_ink if trains else colours.frozen_ink
    heights = [y for _, y in parts]
    figure.add_bar(
        x=[1] * len(parts),
        y=heights,
        customdata=[[part.key] for part, _ in parts] if clickable else None,
        name="head" if not clickable else "trains" if trains else "frozen",
        orientation="h",
        width=0.86,
        marker={
            "color": colours.trainable if trains else colours.frozen,
            "line": {"width": 0},
            "pattern": {
                "shape": ["/" if part.state.endswith("again") else "" for part, _ in parts],
                "fgcolor": colours.paper,
                "fillmode": "overlay",
                "size": 8,
                "solidity": 0.12,
            },
        },
        text=[f"\u2003\u2003 <b>{part.name}</b>  {part.state}" for part, _ in parts],
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        constraintext="none",
        insidetextfont={"color": ink, "size": 13},
        hovertemplate="%{customdata[0]}: click to change<extra></extra>" if clickable else None,
        hoverinfo=None if clickable else "skip",
        selected_marker_opacity=1,
        unselected_marker_opacity=1,
    )
    figure.add_scatter(
        x=[0.985] * len(parts),
        y=heights,
        mode="text",
        text=[amount(part.parameters) if part.parameters else "" for part, _ in parts],
        textposition="middle left",
        textfont={"color": ink, "size": 13},
        hoverinfo="skip",
    )


def _add_icon(figure: go.Figure, part: _Part, y: float, colours: Palette) -> None:
    ink = colours.trainable_ink if part.trains else colours.frozen_ink
    figure.add_shape(
        type="path",
        path=FLAME if part.trains else SNOWFLAKE,
        xsizemode="pixel",
        ysizemode="pixel",
        xanchor=0,
        yanchor=y,
        line={"color": ink, "width": 0 if part.trains else 1.4},
        fillcolor=ink if part.trains else "rgba(0,0,0,0)",
    )


def _add_boundary(figure: go.Figure, y: float, colours: Palette) -> None:
    figure.add_shape(
        type="line",
        x0=0,
        x1=1,
        y0=y + 0.17,
        y1=y + 0.17,
        line={"color": colours.pretrained, "width": 2, "dash": "dash"},
    )
    figure.add_scatter(
        x=[0.5],
        y=[y - 0.08],
        mode="text",
        text=["computed once below this line"],
        textposition="middle center",
        textfont={"color": colours.pretrained},
        hoverinfo="skip",
    )


def _add_text(figure: go.Figure, y: float, text: str, colours: Palette) -> None:
    figure.add_scatter(
        x=[0.5],
        y=[y],
        mode="text",
        text=[text],
        textposition="middle center",
        textfont={"color": colours.muted},
        hoverinfo="skip",
    )
