"""Progress: one training, live."""

import streamlit as st

from pages._ui import chosen, heading, training
from translearn_core.runs import State

heading.top(
    "run",
    "This is a training as it happens. It goes on without this page: keep the link and come back. When the "
    "validation line stops improving while the training line goes on, the model has begun to learn your rows "
    "by heart.",
)
run = chosen.any_run()
if run.state is State.DONE or (run.state is State.STOPPED and chosen.has_results(run)):
    st.subheader("See what happened", anchor=False)
    chosen.links(run)
training.watch(run)
