"""Addresses of shared things."""

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from pages._ui.server.base_path import base_path
from pages._ui.shell import navigation

LINK = "link"
"""Query parameter with the token of a share link."""
SETTINGS = "settings"
"""Query parameter with settings that need no link in the store."""


def address(page: str = navigation.SHARED, /, **params: str) -> str:
    """Return the address of a page, by default that for visitors, as this browser reaches the server.

    Only the path where the browser does not tell how it does.
    """
    parts = urlsplit(st.context.url or f"/{base_path()}")
    folders = parts.path.rstrip("/").split("/")
    if folders[-1] in navigation.ENTRIES:
        folders.pop()
    path = "/".join([*folders, page])
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(params), ""))
