"""File descriptors: a session takes its socket, and three for the event loop Streamlit gives its script."""

import contextlib
import sys

import psutil
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages._ui.shell.base_path import is_page

if sys.platform != "win32":
    import resource

CAP = 65_536
"""The soft limit asked for at most: some systems allow billions, and counting would take its time."""
SPARE = 8
"""One part in so many of the limit is left to files, databases and downloads."""
FULL = "This server has as many visitors as it can serve: close other tabs of it, or try again in a minute."


def raise_limit() -> None:
    """Raise this process's soft limit of open files to the hard one, `CAP` at most."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = CAP if hard == resource.RLIM_INFINITY else min(hard, CAP)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            with contextlib.suppress(OSError, ValueError):  # some systems refuse what they call their limit
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def running_low() -> bool:
    """Whether so many files are open that a new session could take the last ones."""
    if sys.platform == "win32":  # no such limit
        return False
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft != resource.RLIM_INFINITY and psutil.Process().num_fds() > soft - soft // SPARE


class SessionLimit:
    """Refuse new pages and sessions while descriptors run low; those that are open go on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 503."""
        full = (scope["type"] == "websocket" or is_page(scope)) and running_low()
        answer = PlainTextResponse(FULL, status_code=503, headers={"Retry-After": "60"})
        await (answer if full else self.app)(scope, receive, send)
