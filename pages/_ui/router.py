"""The frame around every page: menu, logo, and errors as sentences."""

import streamlit as st

from pages._ui import places, shown
from translearn_core.settings import app_folder

LOGO = app_folder() / "assets" / "logo.svg"

st.set_page_config(
    page_title="TransLearn", page_icon=":material/graph_3:", layout="wide", initial_sidebar_state="auto"
)
if LOGO.exists():
    st.logo(LOGO, size="large")
chosen = st.navigation(places.menu())
with shown.errors():
    chosen.run()
