"""What stands before every request: the owner's cookie, and a quota on the bytes of uploads held in memory.

Plain ASGI middleware: a page runs behind the websocket, whose handshake must carry the cookie already.
"""

import time
from collections import deque
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._ui.owner import COOKIE, YEAR, new_token, owner_of, well_formed

UPLOADS = "/_stcore/upload_file/"
MEGABYTE = 1_000_000


def token_in(scope: Scope) -> str | None:
    """Return the request's owner cookie, None if it has none that is well formed."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return None
    found = jar.get(COOKIE)
    return found.value if found is not None and well_formed(found.value) else None


class OwnerCookie:
    """Give a browser its cookie with the first page, or with the websocket's handshake if that has none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a cookie where there was none."""
        if not self._needs_one(scope):
            await self.app(scope, receive, send)
            return
        token = new_token()
        cookie = f"{COOKIE}={token}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax"
        if scope.get("scheme") in ("https", "wss"):
            cookie += "; Secure"
        if scope["type"] == "websocket":
            others = [(k, v) for k, v in scope["headers"] if k != b"cookie"]
            scope = {**scope, "headers": [*others, (b"cookie", f"{COOKIE}={token}".encode())]}

        async def send_with_cookie(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                message.setdefault("headers", [])
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    @staticmethod
    def _needs_one(scope: Scope) -> bool:
        # assets come in parallel: were each to set a cookie, the last one would win over the one the page has
        if scope["type"] == "websocket":
            return token_in(scope) is None
        inner = ("/_stcore/", "/static/", "/media/", "/component/")
        page = scope["type"] == "http" and not any(part in scope["path"] for part in inner)
        return page and token_in(scope) is None


class UploadQuota:
    """Refuse uploads beyond so many megabytes in ten minutes: per owner, and five times as many for all.

    Streamlit holds uploads in memory, and any open page may send files that no uploader asked for.
    """

    def __init__(self, app: ASGIApp, megabytes_per_owner: int, seconds: float = 600.0) -> None:
        self.app = app
        self.seconds = seconds
        self.each = megabytes_per_owner * MEGABYTE
        self.all = 5 * self.each
        self.taken: deque[tuple[float, str, int]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count an upload's bytes as they come, and cut it off where they are too many."""
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOADS not in scope["path"]:
            await self.app(scope, receive, send)
            return
        token = token_in(scope)
        owner = owner_of(token) if token else "nobody"
        announced = Headers(scope=scope).get("content-length", "")
        if token is None or self._over(owner, int(announced) if announced.isdigit() else 0):
            refusal = PlainTextResponse(
                "Too many uploads from this browser: wait ten minutes.", status_code=429
            )
            await refusal(scope, receive, send)
            return

        async def counted() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self.taken.append((time.monotonic(), owner, len(message.get("body", b""))))
                if self._over(owner, 0):
                    return {"type": "http.disconnect"}
            return message

        await self.app(scope, counted, send)

    def _over(self, owner: str, more: int) -> bool:
        horizon = time.monotonic() - self.seconds
        while self.taken and self.taken[0][0] < horizon:
            self.taken.popleft()
        mine = sum(size for _, who, size in self.taken if who == owner)
        return mine + more > self.each or sum(size for _, _, size in self.taken) + more > self.all
