"""ASGI middleware: the owner cookie, and a quota on uploaded bytes.

The cookie is set before the websocket handshake, behind which pages run.
"""

import time
from collections import deque
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages._ui.server.base_path import below_base, is_page
from pages._ui.server.owner import COOKIE, YEAR, CookieKey, new_token, owner_of, well_formed

UPLOADS = "_stcore/upload_file/"
MEGABYTE = 1_000_000
CROWD = "Too many new browsers at once: try again in a minute."
NO_COOKIE = "This browser sent no cookie of this server with its upload: allow cookies and reload the page."


def cookies_of(scope: Scope) -> dict[str, str]:
    """Return the raw cookies of a request, with quotes."""
    parts = ";".join(Headers(scope=scope).getlist("cookie")).split(";")
    pairs = (part.partition("=") for part in parts if "=" in part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def token_in(scope: Scope) -> str | None:
    """Return the owner's token of a request behind `OwnerCookie`; None if it has none."""
    token = cookies_of(scope).get(COOKIE)
    return token if well_formed(token) else None


class OwnerCookie:
    """Set the owner cookie with the first page, or with the websocket handshake if that has none.

    The wrapped app sees only the verified token, as the cookie `COOKIE`.

    Parameters
    ----------
    app : ASGIApp
    key : CookieKey
        Signs and verifies cookies.
    owns : callable
        Whether an owner has any data; such a browser keeps its unsigned cookie of earlier versions.
    per_address, overall : int
        Limits of new cookies per minute, for one address and in total; a class may share one address.
    """

    def __init__(
        self,
        app: ASGIApp,
        key: CookieKey,
        owns: Callable[[str], bool] = lambda _owner: False,
        per_address: int = 120,
        overall: int = 600,
    ) -> None:
        self.app = app
        self.key = key
        self.owns = owns
        self.per_address = per_address
        self.overall = overall
        self.made: deque[tuple[float, str]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add a cookie to the response if the request had none."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        cookies = cookies_of(scope)
        token = self.key.verified(cookies.get(self.key.cookie))
        # assets are requested in parallel: if each set a cookie, the last would replace that of the page
        if token is not None or not (scope["type"] == "websocket" or is_page(scope)):
            await self.app(self._with_token(scope, token), receive, send)
            return
        if self._crowded((scope.get("client") or ("", 0))[0]):
            refusal = PlainTextResponse(CROWD, status_code=429, headers={"Retry-After": "60"})
            await refusal(scope, receive, send)
            return
        unsigned = cookies.get(COOKIE)
        has_data = unsigned is not None and well_formed(unsigned) and self.owns(owner_of(unsigned))
        token = unsigned if unsigned is not None and has_data else new_token()
        cookie = f"{self.key.cookie}={self.key.signed(token)}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax"
        if scope.get("scheme") in ("https", "wss"):
            cookie += "; Secure"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                message.setdefault("headers", [])
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self.app(self._with_token(scope, token), receive, send_with_cookie)

    def _with_token(self, scope: Scope, token: str | None) -> Scope:
        """Return the scope with the token as the only owner cookie."""
        owner_cookies = (COOKIE, self.key.cookie)
        pairs = [f"{name}={value}" for name, value in cookies_of(scope).items() if name not in owner_cookies]
        pairs += [f"{COOKIE}={token}"] * (token is not None)
        others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        header = [(b"cookie", "; ".join(pairs).encode("latin-1"))] * bool(pairs)
        return {**scope, "headers": [*others, *header]}

    def _crowded(self, address: str) -> bool:
        """Count a new cookie; return whether the limit of the last minute is exceeded."""
        horizon = time.monotonic() - 60
        while self.made and self.made[0][0] < horizon:
            self.made.popleft()
        of_address = sum(who == address for _, who in self.made)
        if of_address >= self.per_address or len(self.made) >= self.overall:
            return True
        self.made.append((time.monotonic(), address))
        return False


class UploadQuota:
    """Limit uploads in ten minutes: `megabytes_per_owner` each, and five times as many in total.

    Streamlit holds uploads in memory, and any open page may upload files without an uploader widget.
    """

    def __init__(self, app: ASGIApp, megabytes_per_owner: int, seconds: float = 600.0) -> None:
        self.app = app
        self.seconds = seconds
        self.each = megabytes_per_owner * MEGABYTE
        self.all = 5 * self.each
        self.taken: deque[tuple[float, str, int]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes of an upload, and disconnect it beyond the quota."""
        if scope["type"] != "http" or scope["method"] != "PUT" or not below_base(scope).startswith(UPLOADS):
            await self.app(scope, receive, send)
            return
        token = token_in(scope)
        if token is None:
            await PlainTextResponse(NO_COOKIE, status_code=403)(scope, receive, send)
            return
        owner = owner_of(token)
        announced = Headers(scope=scope).get("content-length", "")
        if self._over(owner, int(announced) if announced.isdigit() else 0):
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

    def _over(self, owner: str, extra: int) -> bool:
        horizon = time.monotonic() - self.seconds
        while self.taken and self.taken[0][0] < horizon:
            self.taken.popleft()
        used = sum(size for _, who, size in self.taken if who == owner)
        return used + extra > self.each or sum(size for _, _, size in self.taken) + extra > self.all
