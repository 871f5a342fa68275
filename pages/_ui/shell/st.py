"""Streamlit with its texts in the person's language; pages import it in place of ``streamlit``.

Labels, texts and options are translated when they are shown. What a widget returns stays as it is in the
code, so that nothing else depends on the language.
"""

import inspect
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit

from pages._ui.shell import language
from translearn_core.translation import Language

if TYPE_CHECKING:
    from streamlit import *  # noqa: F403 - the same names and types

TEXTS = frozenset({"body", "caption", "delta", "help", "label", "placeholder", "text", "title", "alt"})
"""Parameters that hold a text."""
TEXT_LISTS = frozenset({"captions", "tabs"})
"""Parameters that hold several."""
SHOWS_TEXT = frozenset(
    {
        "badge", "button", "caption", "chat_input", "checkbox", "date_input", "dialog", "download_button",
        "error", "expander", "file_uploader", "form_submit_button", "header", "info", "link_button",
        "markdown", "metric", "multiselect", "number_input", "page_link", "pills", "plotly_chart",
        "popover", "progress", "radio", "segmented_control", "select_slider", "selectbox", "slider",
        "spinner", "status", "subheader", "success", "tabs", "text_area", "text_input", "title", "toast",
        "toggle", "warning",
    }
)  # fmt: skip
"""Functions whose texts are translated."""


def __getattr__(name: str) -> Any:
    member = getattr(streamlit, name)
    if name in SHOWS_TEXT and language.current() is not Language.ENGLISH:
        return _translated(member)
    return member


@cache
def _parameters(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _translated(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def translated(*args: Any, **kwargs: Any) -> Any:
        signature = _parameters(function)
        bound = signature.bind(*args, **kwargs)
        values = bound.arguments
        for name, value in values.items():
            if name in TEXTS and isinstance(value, str):
                values[name] = language.translate(value)
            elif name in TEXT_LISTS and isinstance(value, Sequence):
                values[name] = [language.translate(one) for one in value]
        if isinstance(values.get("figure_or_data"), go.Figure):
            values["figure_or_data"] = language.figure(values["figure_or_data"])
        if "options" in values and "format_func" in signature.parameters:
            values["format_func"] = _formatted(values.get("format_func"))
        if "tabs" in values and isinstance(values.get("default"), str):
            values["default"] = language.translate(values["default"])
        return function(*bound.args, **bound.kwargs)

    return translated


def _formatted(form: Callable[[Any], Any] | None) -> Callable[[Any], str]:
    def formatted(option: Any) -> str:
        text = option if form is None else form(option)
        return language.translate(text if isinstance(text, str) else str(text))

    return formatted
