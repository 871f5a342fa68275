"""End of a page before its last line."""

from typing import NoReturn

from streamlit.runtime.scriptrunner import StopException


def stop_page() -> NoReturn:
    """End the page here.

    After `st.stop` Streamlit keeps the values of widgets that were not drawn, although the browser has
    dropped them, and does not send them again: they would come back empty, or at their minimum. The router
    takes this exception as a normal end, after which widgets start with their first value. In a fragment it
    is `st.stop`.
    """
    raise StopException
