"""Addresses of shared things."""

from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from pages._ui.server.allowed_hosts import bound_to_loopback, is_loopback
from pages._ui.server.base_path import base_path
from pages._ui.shell import navigation, st
from translearn_core.config.local_network import network_address

LINK = "link"
"""Query parameter with the token of a share link."""
SETTINGS = "settings"
"""Query parameter with settings that need no link in the store."""


def address(page: str = navigation.SHARED, /, **params: str) -> str:
    """Return the address of a page, by default that for visitors, as other computers reach the server.

    That by which this browser does, with the machine's address in its network in place of a loopback
    address; a loopback address only where the server listens on that alone, or the machine is in no network.
    Only the path where the browser does not tell how it reaches the server.
    """
    parts = urlsplit(st.context.url or f"/{base_path()}")
    folders = parts.path.rstrip("/").split("/")
    if folders[-1] in navigation.ENTRIES:
        folders.pop()
    path = "/".join([*folders, page])
    return urlunsplit((parts.scheme, _netloc(parts), path, urlencode(params), ""))


def opens_here_only(address: str) -> bool:
    """Whether an address leads every computer to itself."""
    return is_loopback(urlsplit(address).hostname or "")


def _netloc(parts: SplitResult) -> str:
    """Return host and port of an address, for other computers where the server listens to them."""
    if bound_to_loopback() or not is_loopback(parts.hostname or ""):
        return parts.netloc
    host = network_address()
    return parts.netloc if host is None else f"{host}:{parts.port}" if parts.port else host
