"""The frame around every page: menu, logo, and errors as sentences."""

from contextlib import suppress

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from pages._ui.shell import disk_notice, errors, navigation, state
from translearn_core.settings import app_root

ASSETS = app_root() / "assets"

# a selected pill in the page's ink: in the dark no accent is both a ground for white and readable itself
SELECTED = (
    "<style>button[data-variant][data-selected]:not([data-disabled]) { color: inherit !important }</style>"
)

# a file: an icon by name would make the browser's tab fetch it from the network
st.set_page_config(page_title="TransLearn", page_icon=ASSETS / "icon.png", layout="wide")
st.logo(ASSETS / "logo.svg", size="large", icon_image=ASSETS / "icon.svg")
st.html(SELECTED)
chosen = st.navigation(navigation.menu())
state.begin_page(chosen.url_path)
with errors.show_errors():
    disk_notice.warn()
with errors.show_errors(), suppress(StopException):  # see `ending`
    chosen.run()
state.end_page()
