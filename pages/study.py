"""Study: one question asked of many runs."""

import streamlit as st

from pages._ui import compared, ending, heading, places, reported, studies, study_form
from pages._ui.words import plain

heading.top(
    "study",
    "A study answers one question with many runs: which way to transfer is best here, how deep to train, how "
    "many rows are needed. Every run is repeated with other seeds, so that a difference can be told from "
    "chance.",
)
study = studies.linked()
if study is None:
    studies.shelf()
    study_form.new()
    ending.end()

with st.container(horizontal=True, vertical_alignment="center"):
    st.subheader(plain(study.name), anchor=False)
    more = study_form.popover(study)  # known by its key, so that the button within can close it
    with st.popover("More runs", icon=":material/add:", width="content", key=more, on_change="rerun"):
        study_form.more(study)
    with st.popover("Rename or delete", icon=":material/more_horiz:", type="tertiary", width="content"):
        studies.menu(study)
    if st.button("All studies", key="all_studies", type="tertiary", icon=":material/arrow_back:"):
        places.go("study")
studies.watch(study)
compared.show(study)
reported.study_panel(study, studies.standing(study).done)
