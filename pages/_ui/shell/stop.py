"""Ending a page before its last line."""

from typing import NoReturn

from streamlit.runtime.scriptrunner import StopException


def stop_page() -> NoReturn:
    """End the page here: what is below is drawn once there is something to draw it from.

    `st.stop` ends it as if it had been broken off: Streamlit then keeps the values of widgets that were not
    drawn, which the browser has forgotten, and does not send them again when they are drawn once more. They
    would come back empty, or at their minimum. The router takes this as an ordinary end, after which both
    sides have forgotten and widgets begin with their first value. In a fragment it is `st.stop`.
    """
    raise StopException
