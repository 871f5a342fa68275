"""Links to the documentation site, which are left out where it was not built."""

import streamlit as st

from pages._ui.server import documentation


def menu_link() -> None:
    """Draw the link to the documentation below the menu."""
    if (address := documentation.address()) is not None:
        st.sidebar.link_button(
            "Documentation", address, key="documentation", type="tertiary", icon=":material/help:"
        )


def more_about(section: str, name: str) -> None:
    """Draw the link to the page of a recipe or diagnostic."""
    if (address := documentation.address(section, name)) is not None:
        st.caption(f":material/help: [More about this]({address})")
