"""Recipe: how to transfer, as a picture of what trains when."""

import streamlit as st

from pages._ui import freeze_map, heading, live, places, recipes, state, timeline
from pages._ui.words import plain
from translearn_core.config import AnatomyConfig, DiagnoseConfig
from translearn_core.results import Anatomy, Diagnosis

heading.top(
    "recipe",
    "These are the ways to pass on what the model has learned. Take one as it is: it fills in all settings. "
    "Everything in it can be changed below and on the next page.",
)
dataset, draft = state.dataset(), state.draft()
if dataset is None or draft.data is None:
    heading.empty("There is no table yet, or its columns are not chosen.", "Choose a table", "data")
whole = live.ask(AnatomyConfig(backbone=recipes.whole(draft.backbone)), Anatomy, "Looking into the model")
anatomy = live.ask(AnatomyConfig(backbone=draft.backbone), Anatomy, "Looking into the model")
asked = DiagnoseConfig(data=draft.data, backbone=draft.backbone, token_limit=draft.features.token_limit)
diagnosis = live.ask(asked, Diagnosis, "Looking at the task")
if whole is None or anatomy is None or diagnosis is None:
    st.stop()
draft = state.fit_to(anatomy)

chosen = recipes.cards(draft.experiment, whole.n_blocks)
st.subheader(f"Your recipe: {plain(recipes.title(chosen))}", anchor=False)
left, right = st.columns([3, 2], gap="large")
with left:
    st.markdown("**What trains when**")
    task = freeze_map.task_of(diagnosis)
    timeline.preview(draft.experiment, anatomy, task.train)
with right:
    st.markdown("**What it costs**")
    freeze_map.cost(anatomy, diagnosis)
st.subheader("Change it", anchor=False)
recipes.details(anatomy)
if st.button("Go to training", key="to_train", type="primary", icon=":material/arrow_forward:"):
    places.go("train")
