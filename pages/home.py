"""Home page: a finished example, upload, sample data sets, recent runs."""

import streamlit as st

from pages._ui.datasets import data_sources
from pages._ui.rooms import class_pins
from pages._ui.runs import examples
from pages._ui.shell import navigation, state
from pages._ui.shell.formatting import ago
from pages._ui.shell.jobs import badge
from translearn_core.config.settings import app_root

PICTURE = app_root() / "assets" / "icon.svg"

left, right = st.columns([5, 1], vertical_alignment="center")
with left:
    st.title("Did transfer help, and how do you know?", anchor=False)
    st.markdown(
        "Take a model that has already read a lot, decide which of its layers may change, teach it your "
        "labels, and **see** what happened inside. It takes tables of texts with labels, or of texts alone: "
        "CSV, Excel, Parquet or JSON."
    )
    st.caption("Everything runs on this machine: no account, no graphics card, no network needed.")
right.image(PICTURE, width=100, alt="A stack of layers: the lower ones frozen, the top one trained")

class_pins.panel()
first, second = st.columns(2)
with first.container(border=True, height="stretch"):
    examples.card()
    navigation.link("lessons", "New to this? Take a lesson: guess first, then see what came out")
    navigation.link("depth", "How deep should it train? The freeze-depth curve")
with second.container(border=True, height="stretch"):
    st.markdown("**Bring your own table**")
    data_sources.upload()
    st.caption("It is read on this machine and stays in your workspace.")

st.subheader("Or try a sample", anchor=False)
data_sources.sample_cards()

runs = [run for run in state.store().runs(state.owner()) if run.job.config.joint_run is None][:3]
if runs:
    st.subheader("Go on where you were", anchor=False)
    for run in runs:
        with st.container(horizontal=True, vertical_alignment="center", border=True, key=f"recent-{run.id}"):
            badge(run)
            st.text(run.name)
            st.caption(ago(run.created))
            if st.button("Open", key=f"open-{run.id}", type="tertiary", icon=":material/arrow_forward:"):
                navigation.switch_to("run" if run.state.live else "results", run=run.id)
