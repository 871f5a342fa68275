"""What every response says about its use, and the inner addresses that stay closed."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._ui.shell.base_path import below_base

HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
"""No page of another origin frames the app, no file is taken for another kind, no link tells an address."""

OPEN = ("health", "host-config", "stream", "upload_file", "bidi-components")
"""What browsers need below ``/_stcore/``; metrics, the agent API and the script check are not among them."""


class SafeHeaders:
    """Add `HEADERS` to every response, and answer 404 for inner addresses that browsers do not need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer that there is nothing."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        first, _, rest = below_base(scope).partition("/")
        closed = first == "_stcore" and rest.partition("/")[0] not in OPEN
        answer = PlainTextResponse("There is nothing at this address.", status_code=404)
        await (answer if closed else self.app)(scope, receive, send_with_headers)


def failed(_request: Request, _problem: Exception) -> PlainTextResponse:
    """Answer a request that broke outside of a page; the problem itself goes to the server's log."""
    return PlainTextResponse(
        "Something went wrong on this server: its log has the details.", status_code=500, headers=HEADERS
    )
