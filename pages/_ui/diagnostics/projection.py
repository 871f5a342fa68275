"""Linked 2-D projections: points selected on one are marked on the others."""

from functools import partial
from typing import Any

import numpy as np

from pages._ui.diagnostics import neighbourhood_quality
from pages._ui.diagnostics import panel as diagnostic
from pages._ui.diagnostics.neighbourhood_quality import TITLES
from pages._ui.forms import config_fields
from pages._ui.results import text_table
from pages._ui.results.selection import NONE, PointSelection, empty_selection, inside, inside_polygon
from pages._ui.runs import run_actions
from pages._ui.share import share_popover
from pages._ui.shell import documentation_links, errors, notes, page_header, st, state, tables
from pages._ui.shell.formatting import plain
from translearn_core import plots
from translearn_core.config import Method, job_id
from translearn_core.jobs import PROJECTION, ProjectConfig
from translearn_core.reporting.blocks import figure_name
from translearn_core.reporting.diagnostics.projection import figure_of, overlap_table
from translearn_core.results import BackboneInfo, Projection
from translearn_core.runs import Run
from translearn_core.runs.personal.share_links import MOST_SELECTED, SharedProjection

DOMAIN = "Domain"
COLOURS: dict[str, plots.Colouring] = {
    "Label": "label",
    "Prediction": "predicted",
    "Error": "error",
    "Split": "split",
    DOMAIN: "domain",
}
"""Colourings of the points by label."""


@st.fragment
def panel(run: Run, backbone_info: BackboneInfo) -> None:
    """Show the projections of a layer, their metrics, and the selected texts."""
    with errors.show_errors():
        _panel(run, backbone_info)


def _panel(run: Run, backbone_info: BackboneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        projection_config = ProjectConfig(
            job=run.job.id,
            layer=config_fields.layer("Layer", backbone_info.n_blocks, "layer"),
            method=_method(),
        )
        names = [name for name in COLOURS if name != DOMAIN or run.job.config.data.domains is not None]
        colour = st.segmented_control("Colour", names, default="Label", required=True, key="colour")
        with st.popover("More", icon=":material/tune:", help="seed, number of texts, settings of UMAP"):
            fields = ("neighbours", "min_dist", "limit", "seed")
            shown = fields if projection_config.method is Method.UMAP else fields[2:]
            projection_config = config_fields.edit(projection_config, shown, "projection")
    projection = run_actions.result_or_stop(projection_config, "stop-projection")
    if projection is None:
        return
    picked = _pair(run, projection, COLOURS[colour], f"{job_id(projection_config)} {colour}")
    st.markdown(plain(projection.sentence))
    documentation_links.more_about("diagnostics", "projection")
    noun = run.job.config.data.row_noun
    neighbourhood_quality.neighbour_overlap(projection, noun)
    caption(projection, noun)
    if run.job.config.data.text_pair is not None:
        st.caption(run.job.config.features.pair_encoding.sentence)
    if not projection.domain_overlap.empty:
        st.markdown("#### Do the domains overlap?")
        diagnostic.show_block(overlap_table(projection, noun))
    rows = tuple(int(line) for line in picked.lines[:MOST_SELECTED])
    subject = SharedProjection(run=run.id, projection=projection_config, colour=colour, rows=rows)
    share_popover.popover(subject, run.name)
    text_table.panel(run, projection, picked)


def _method() -> Method:
    return st.segmented_control(
        "Method",
        list(Method),
        format_func=str.upper,
        default=Method.PCA,
        required=True,
        key="method",
        help=config_fields.HINTS["method"],
    )


def _pair(run: Run, projection: Projection, colour: plots.Colouring, figure: str) -> PointSelection:
    """Draw every variant with the selection marked, and return the selection."""
    dark = page_header.dark()
    figure += " dark" if dark else " light"
    selection: PointSelection = state.get_value(text_table.picked(run)) or empty_selection(
        len(projection.variants)
    )
    on = None if selection.circled is None else _selection(projection, selection.circled)
    selection = selection.on(figure, inside_polygon(on))
    state.set_value(text_table.picked(run), selection)
    for number, column in enumerate(st.columns(len(projection.variants))):
        variant, mark = projection.variants[number], selection.marks[number]
        marked = np.flatnonzero(np.isin(projection.index, mark.lines))
        with column:
            st.markdown(f"**{TITLES.get(variant, plain(variant))}**")
            st.plotly_chart(
                plots.projection(projection, number, colour, dark, marked=marked, turn=mark.turn),
                key=f"map-{variant}",
                on_select=partial(_circle, run, projection, number, figure),
                selection_mode=("box", "lasso"),
                theme=None,
                config=tables.CONFIG,
                alt=f"Texts as points, {variant}",
            )
            notes.under(figure_name(PROJECTION.heading, figure_of(projection, variant)))
            neighbourhood_quality.quality_metrics(projection, number, run.job.config.data.row_noun)
    return selection


def _circle(run: Run, projection: Projection, number: int, figure: str) -> None:
    """Select the points inside the shape drawn on a projection; clear if it was removed."""
    hit = inside(projection.coordinates[number], _selection(projection, number) or {})
    selection: PointSelection = state.get_value(text_table.picked(run))
    lines = projection.index[hit]
    state.set_value(
        text_table.picked(run), selection.circle(lines, number, figure) if len(hit) else selection.find(NONE)
    )
    state.set_value(text_table.filters(run), "")


def _selection(projection: Projection, number: int) -> dict[str, Any] | None:
    """Return the box and lasso of a projection."""
    event = state.get_value(f"map-{projection.variants[number]}")
    return None if event is None else event["selection"]


def caption(projection: Projection, noun: str) -> None:
    """Show the settings of the projections and offer their coordinates."""
    called = ", ".join(f"{name}: {value}" for name, value in projection.settings.items() if name != "points")
    placed, total, visible = len(projection.row), projection.total, len(projection.shown)
    texts = f"all {total:,} {noun}s" if placed == total else f"{placed:,} of {total:,} {noun}s"
    drawn = f"{visible:,} of them" if visible < placed else "all of them"
    st.caption(
        f"{plain(called)}; {texts} are projected, {drawn} drawn. Distances between distant groups mean "
        "little."
    )
    tables.download(projection.frame, "projection", key="projection", label="Coordinates as CSV")
