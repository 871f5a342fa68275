"""Language of the person who looks at the page, and texts in it."""

from typing import Any

import plotly.graph_objects as go
import streamlit

from translearn_core.translation import Language, catalog
from translearn_core.translation.figures import translate_figure

KEY = "language"
"""Entry of the session that holds the language."""


class AsWritten(str):
    """A text that a person wrote, such as the name of a column: it is the same in every language."""

    __slots__ = ()


def is_chosen() -> bool:
    """Whether this session has a language of its own."""
    return KEY in streamlit.session_state


def choose(chosen: Language) -> None:
    """Set the language of this session."""
    streamlit.session_state[KEY] = chosen.value


def current() -> Language:
    """Return the chosen language, or that of the browser where none was chosen."""
    if is_chosen():
        return Language(streamlit.session_state[KEY])
    return Language.of_locale(streamlit.context.locale)


def translate(text: str) -> str:
    """Return a text in the current language."""
    messages = None if isinstance(text, AsWritten) else catalog(current())
    return text if messages is None else messages.translate(text)


def word(text: str) -> str:
    """Return a text, or a single word of ours, in the current language."""
    messages = catalog(current())
    return text if messages is None else messages.word(text)


def exact(text: str) -> str:
    """Return a text that is a message as it stands in the current language; any other as it is."""
    messages = catalog(current())
    return text if messages is None else messages.exact(text)


def column(name: str, config: object) -> object:
    """Return the settings of a table's column with its title and help in the current language."""
    settings: dict[str, Any] = dict(config) if isinstance(config, dict) else {"label": config}
    if config is None and exact(name) == name:
        return None
    settings["label"] = translate(settings.get("label") or name)
    if settings.get("help"):
        settings["help"] = translate(settings["help"])
    return settings


def figure(picture: go.Figure) -> go.Figure:
    """Return a figure with its texts in the current language."""
    messages = catalog(current())
    return picture if messages is None else translate_figure(picture, messages)
