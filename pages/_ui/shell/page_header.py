"""Page title, empty state, theme."""

from pages._ui.shell import navigation, st


def header(name: str, sentence: str) -> None:
    """Show the title of a page and a sentence on what it shows."""
    st.title(navigation.PAGES[name].title, anchor=False)
    st.markdown(sentence)


def empty(sentence: str, button: str, page: str, *, key: str = "next_step") -> None:
    """Show the next step with a button that goes there, and end the page."""
    with st.container(border=True, key="empty_state"):
        st.markdown(sentence)
        if st.button(button, key=key, type="primary", icon=":material/arrow_forward:"):
            navigation.switch_to(page)
    navigation.stop_page()


def dark() -> bool:
    """Whether the page is shown in the dark theme."""
    return st.context.theme.type == "dark"
