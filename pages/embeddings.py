"""Embeddings: every text as a point, before and after training."""

import streamlit as st

from pages._ui import chosen, forms, heading, live, maps, replay, state
from translearn_core.config import AnatomyConfig, ExperimentConfig, Method, ProjectConfig
from translearn_core.results import Anatomy, Projection

heading.top(
    "embeddings",
    "These are your texts as one layer of the model sees them, before and after training. If training "
    "moved texts of one "
    "class together, the after picture shows it; the number below each picture is the evidence, the "
    "picture is only a shadow of it.",
)
run = chosen.finished()
evaluation = chosen.evaluation(run)
config = run.job.config
assert isinstance(config, ExperimentConfig)
anatomy = live.ask(AnatomyConfig(backbone=config.backbone), Anatomy, "Looking into the model")
if anatomy is None:
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    layer = maps.layer(anatomy.n_blocks)
    method = st.segmented_control(
        "Method",
        list(Method),
        format_func=str.upper,
        default=Method.PCA,
        required=True,
        key="method",
        help=forms.HINTS["method"],
    )
    colour = st.segmented_control("Colour", list(maps.COLOURS), default="Label", required=True, key="colour")
asked = ProjectConfig(job=run.job.id, layer=layer, method=method)
with st.expander("More settings", icon=":material/tune:"), st.grid(4, min_column_width=140):
    more = ("neighbours", "min_dist", "limit", "seed") if method is Method.UMAP else ("limit", "seed")
    asked = forms.edit(asked, more, "projection")
projection = live.ask(asked, Projection, "Drawing the map")
if projection is None:
    st.stop()
picked = maps.pair(projection, maps.COLOURS[colour])
maps.said(projection)

st.subheader("The texts you circled", anchor=False)
if picked is None:
    st.caption("Draw around points with the lasso or the box, and their texts are listed here.")
else:
    maps.texts(projection, evaluation, picked)
replay.panel(run, anatomy)
state.remember_run(run.id)
