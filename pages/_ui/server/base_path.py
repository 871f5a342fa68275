"""Base path of the app on its server."""

from starlette.types import Scope

from pages._ui.shell import st

INNER = ("_stcore", "static", "media", "component", "docs")
"""First path segments of addresses that are not pages."""


def base_path() -> str:
    """Return the base path without slashes at its ends; empty at the root."""
    return str(st.get_option("server.baseUrlPath") or "").strip("/")


def below_base(scope: Scope) -> str:
    """Return the path of a request below the base path, without a leading slash."""
    path, base = str(scope["path"]).lstrip("/"), base_path()
    return path.removeprefix(base).lstrip("/") if base else path


def is_page(scope: Scope) -> bool:
    """Whether a request is for a page or a download, not for Streamlit's internals."""
    return scope["type"] == "http" and below_base(scope).partition("/")[0] not in INNER


def listens_everywhere() -> bool:
    """Whether the server listens on all interfaces of this machine."""
    return (st.get_option("server.address") or "0.0.0.0") in ("0.0.0.0", "::")


def url(of_all: str = "127.0.0.1") -> str:
    """Return the address to open in a browser; `of_all` is the host of a server that listens everywhere."""
    address = of_all if listens_everywhere() else str(st.get_option("server.address"))
    host = f"[{address}]" if ":" in address else address
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{host}:{st.get_option('server.port')}/{base_path()}"
