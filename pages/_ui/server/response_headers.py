"""Security headers of every response, and internal addresses that stay closed."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._ui.server.base_path import below_base

HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
"""No framing by other origins, no content sniffing, no referrer to other origins.

A response with a header of its own keeps it.
"""

OPEN = ("health", "host-config", "stream", "upload_file", "bidi-components")
"""Open paths below ``/_stcore/``; metrics, the agent API and the script check stay closed."""


class SafeHeaders:
    """Add `HEADERS` to every response that lacks them, and answer 404 for closed internal addresses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 404."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        first, _, rest = below_base(scope).partition("/")
        closed = first == "_stcore" and rest.partition("/")[0] not in OPEN
        answer = PlainTextResponse("There is nothing at this address.", status_code=404)
        await (answer if closed else self.app)(scope, receive, send_with_headers)


def failed(_request: Request, _problem: Exception) -> PlainTextResponse:
    """Answer a request that failed outside a page; the server log has the exception."""
    return PlainTextResponse(
        "Something went wrong on this server: its log has the details.", status_code=500, headers=HEADERS
    )
