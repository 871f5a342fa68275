"""Limit of open files: a session takes one socket and three descriptors for its event loop."""

import contextlib
import sys

import psutil
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages._ui.server.base_path import is_page

if sys.platform != "win32":
    import resource

CAP = 65_536
"""Upper bound of the soft limit: some systems allow billions."""
SPARE = 8
"""One `SPARE`-th of the limit is reserved for files, databases and downloads."""
FULL = "This server has as many visitors as it can serve: close other tabs of it, or try again in a minute."


def raise_limit() -> None:
    """Raise this process's soft limit of open files to the hard one, `CAP` at most."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        target = CAP if hard == resource.RLIM_INFINITY else min(hard, CAP)
        if soft != resource.RLIM_INFINITY and soft < target:
            with contextlib.suppress(OSError, ValueError):  # some systems refuse their own hard limit
                resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))


def running_low() -> bool:
    """Whether too few descriptors are left for new sessions."""
    if sys.platform == "win32":  # no such limit
        return False
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft != resource.RLIM_INFINITY and psutil.Process().num_fds() > soft - soft // SPARE


class SessionLimit:
    """Refuse new pages and sessions while descriptors run low; open ones go on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 503."""
        full = (scope["type"] == "websocket" or is_page(scope)) and running_low()
        answer = PlainTextResponse(FULL, status_code=503, headers={"Retry-After": "60"})
        await (answer if full else self.app)(scope, receive, send)
