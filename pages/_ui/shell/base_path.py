"""Where the app lies on its server: at the root, or below a base path."""

import streamlit as st
from starlette.types import Scope

INNER = ("_stcore", "static", "media", "component")
"""First parts of the addresses that are no pages."""


def base_path() -> str:
    """Return the path that the app lies under, without slashes at its ends; empty at the root."""
    return str(st.get_option("server.baseUrlPath") or "").strip("/")


def below_base(scope: Scope) -> str:
    """Return the path of a request below the base path, without a slash before it."""
    path, base = str(scope["path"]).lstrip("/"), base_path()
    return path.removeprefix(base).lstrip("/") if base else path


def is_page(scope: Scope) -> bool:
    """Whether a request is for a page or a file the app hands out, not for a part of the frame around it."""
    return scope["type"] == "http" and below_base(scope).partition("/")[0] not in INNER


def url() -> str:
    """Return the address to open in a browser on this machine."""
    address = st.get_option("server.address") or "0.0.0.0"
    host = "127.0.0.1" if address in ("0.0.0.0", "::") else f"[{address}]" if ":" in address else address
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{host}:{st.get_option('server.port')}/{base_path()}"
