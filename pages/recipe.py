"""Recipe page: choose a transfer strategy and see its training timeline and cost."""

import streamlit as st

from pages._ui.forms import advice, freeze_map, recipes, require_task, training_timeline
from pages._ui.shell import jobs, navigation, page_header
from pages._ui.shell.formatting import plain

page_header.header(
    "recipe",
    "A recipe is a transfer strategy: which parts train, when, and how fast. It fills in all settings; only "
    "pooling, token limit, batch size, class weights, seed, precision and device stay as you have set them. "
    "Everything in it can be changed below and on the next page.",
)
ready = require_task.require_task(learnable=False)
draft, backbone_info = ready.draft, ready.backbone_info
whole = jobs.backbone_info(recipes.with_all_blocks(draft.backbone))
if whole is None:
    navigation.stop_page()

advice.panel(draft.experiment, whole.n_blocks)
chosen = recipes.cards(draft.experiment, whole.n_blocks)
st.subheader(f"Your recipe: {plain(recipes.title(chosen))}", anchor=False)
left, right = st.columns([3, 2], gap="large")
with left:
    st.markdown("**What trains when (training timeline)**")
    task = freeze_map.task_of(ready.diagnosis)
    training_timeline.show_planned(draft.experiment, backbone_info, task.train)
with right:
    st.markdown("**What it costs**")
    freeze_map.cost(backbone_info, ready.diagnosis)
st.subheader("Change it", anchor=False)
recipes.details(backbone_info)
if st.button("Go to training", key="to_train", type="primary", icon=":material/arrow_forward:"):
    navigation.switch_to("train")
