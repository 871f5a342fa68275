"""The cookie that knows a browser, and the quota on uploads, against the real middleware."""

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from pages._ui.gate import OwnerCookie, UploadQuota
from pages._ui.owner import COOKIE, new_token, owner_of, well_formed

Headers = list[tuple[bytes, bytes]]


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.cookies.get(COOKIE, "none"))


async def upload(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def stream(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.cookies.get(COOKIE, "none"))
    await websocket.close()


def make_app() -> Starlette:
    routes = [
        Route("/", page),
        Route("/static/a.js", page),
        Route("/_stcore/upload_file/s/f", upload, methods=["PUT"]),
        WebSocketRoute("/_stcore/stream", stream),
    ]
    middleware = [Middleware(OwnerCookie), Middleware(UploadQuota, megabytes_per_owner=1)]
    return Starlette(routes=routes, middleware=middleware)


def ask(
    app: Starlette,
    path: str,
    *,
    method: str = "GET",
    cookie: str | None = None,
    body: bytes = b"",
    kind: str = "http",
    chunks: int = 1,
    announce: bool = True,
) -> list[dict[str, Any]]:
    """Speak ASGI to `app` and return what it sent."""
    headers: Headers = [(b"host", b"testserver")]
    if cookie:
        headers.append((b"cookie", f"other=1; {COOKIE}={cookie}".encode()))
    if body and announce:
        headers.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "scheme": "ws" if kind == "websocket" else "http",
        "server": ("testserver", 80),
        "client": ("c", 1),
        "root_path": "",
        "http_version": "1.1",
        "subprotocols": [],
    }
    size = max(1, -(-len(body) // chunks))
    parts = [body[i : i + size] for i in range(0, len(body), size)] or [b""]
    waiting: list[dict[str, Any]] = (
        [{"type": "websocket.connect"}]
        if kind == "websocket"
        else [
            {"type": "http.request", "body": p, "more_body": i + 1 < len(parts)} for i, p in enumerate(parts)
        ]
    )
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(app(scope, receive, send))
    return sent


def cookie_set(sent: list[dict[str, Any]]) -> str | None:
    found = [v.decode() for k, v in sent[0].get("headers", []) if k.lower() == b"set-cookie"]
    return found[0] if found else None


def test_the_first_page_sets_a_cookie_that_scripts_cannot_read() -> None:
    cookie = cookie_set(ask(make_app(), "/"))
    assert cookie is not None
    token = cookie.split(";")[0].removeprefix(f"{COOKIE}=")
    assert well_formed(token)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_a_browser_that_has_one_keeps_it() -> None:
    sent = ask(make_app(), "/", cookie=new_token())
    assert cookie_set(sent) is None


@pytest.mark.parametrize("token", ["", "short", "x" * 44, "a b" + "c" * 40])
def test_a_cookie_of_another_form_is_replaced(token: str) -> None:
    assert cookie_set(ask(make_app(), "/", cookie=token or None)) is not None


def test_assets_set_no_cookie_because_they_come_in_parallel() -> None:
    assert cookie_set(ask(make_app(), "/static/a.js")) is None


def test_a_websocket_without_a_cookie_sees_the_one_it_sets() -> None:
    sent = ask(make_app(), "/_stcore/stream", kind="websocket")
    cookie = cookie_set(sent)
    assert cookie is not None
    assert sent[1]["text"] == cookie.split(";")[0].removeprefix(f"{COOKIE}=")


def test_the_owner_is_a_digest_of_the_cookie() -> None:
    token = new_token()
    assert token not in owner_of(token)
    assert owner_of(token) == owner_of(token) != owner_of(new_token())


def test_uploads_beyond_the_quota_are_refused_per_owner() -> None:
    app, alice, bob = make_app(), new_token(), new_token()
    path = "/_stcore/upload_file/s/f"
    first = ask(app, path, method="PUT", cookie=alice, body=b"x" * 700_000)
    again = ask(app, path, method="PUT", cookie=alice, body=b"x" * 700_000)
    other = ask(app, path, method="PUT", cookie=bob, body=b"x" * 700_000)
    assert [s[0]["status"] for s in (first, again, other)] == [200, 429, 200]


def test_an_upload_that_hides_its_size_is_cut_off() -> None:
    sent: list[dict[str, Any]] = []
    with pytest.raises(Exception, match=r"ClientDisconnect|^$"):
        sent = ask(
            make_app(),
            "/_stcore/upload_file/s/f",
            method="PUT",
            cookie=new_token(),
            body=b"x" * 3_000_000,
            chunks=10,
            announce=False,
        )
    assert not sent


def test_an_upload_without_an_owner_is_refused() -> None:
    sent = ask(make_app(), "/_stcore/upload_file/s/f", method="PUT", body=b"x")
    assert sent[0]["status"] == 429
