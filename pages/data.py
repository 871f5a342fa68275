"""Data: read a table, see what is in it, choose text and label, deal it into train, validation and test."""

import streamlit as st

from pages._ui import (
    ending,
    findings,
    heading,
    live,
    places,
    read_options,
    sources,
    state,
    tables,
    task,
)
from pages._ui.words import size
from translearn_core.config import ReadConfig
from translearn_core.data.findings import counted
from translearn_core.results import Diagnosis, Reading

heading.top(
    "data",
    "This is the table the model will learn from. What is wrong in it now will look like a weakness of the "
    "model later, so look here first.",
)
dataset = state.dataset()
with st.expander(
    "Choose a table", icon=":material/upload_file:", expanded=dataset is None, key="choose_table"
):
    sources.earlier()
    sources.upload()
    st.markdown("Or try a sample:")
    sources.sample_cards()
if dataset is None:
    ending.end()

with st.container(horizontal=True, vertical_alignment="center"):
    st.text(dataset.name)
    st.caption(f"{size(dataset.bytes)}; all you keep here: {size(state.store().disk(state.owner()))}")
    if st.button("Delete", key="delete_dataset", type="tertiary", icon=":material/delete:"):
        sources.confirm_delete(dataset.digest, dataset.name)
asked = ReadConfig(dataset=dataset.digest)
reading = live.ask(asked, Reading, "Reading the table")
if reading is not None or live.failed(asked):
    read_options.panel(dataset, reading, state.open_dataset)
if reading is None:
    ending.end()
st.subheader(f"{counted(reading.rows, 'row')}, {counted(len(reading.columns), 'column')}", anchor=False)
st.dataframe(reading.preview, hide_index=True, height=230, key="preview")
with st.expander("About each column", icon=":material/view_column:"):
    tables.table(reading.frame(), "columns", key="columns")
findings.cards(reading.findings, "read")

st.subheader("What to learn", anchor=False)
draft = task.columns(reading)
if draft.data is None:
    st.info(task.LACKING if len(reading.columns) > 1 else task.ONE_COLUMN, icon=":material/rule:")
    ending.end()
st.subheader("The task", anchor=False)
findings.taken()
diagnosis = live.ask(draft.diagnose, Diagnosis, "Looking at the task")
if diagnosis is None:
    ending.end()
task.shape(reading, diagnosis)
if diagnosis.usable and st.button(
    "Choose a backbone", key="to_backbone", type="primary", icon=":material/arrow_forward:"
):
    places.go("backbone")
