"""Links to the documentation site, which are left out where it was not built."""

from pages._ui.server import documentation
from pages._ui.shell import st


def menu_link() -> None:
    """Draw the link to the documentation below the menu."""
    if (address := documentation.address()) is not None:
        with st.sidebar:
            st.link_button(
                "Documentation", address, key="documentation", type="tertiary", icon=":material/help:"
            )


def more_about(section: str, name: str) -> None:
    """Draw the link to the page of a recipe or diagnostic."""
    if (address := documentation.address(section, name)) is not None:
        link = f"[More about this]({address})"
        st.caption(f":material/help: {link}")
