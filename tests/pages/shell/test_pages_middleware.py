"""Owner cookie and upload quota, with the real middleware."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from pages._ui.server.middleware import OwnerCookie, UploadQuota
from pages._ui.server.owner import COOKIE, CookieKey, new_token, owner_of, read_or_create_secret, well_formed

KEY = CookieKey(b"k" * 32)
OLD = new_token()
"""The unsigned cookie of a browser that has a run here."""

Headers = list[tuple[bytes, bytes]]


async def page(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.cookies.get(COOKIE, "none"))


async def all_cookies(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.headers["cookie"])


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
        Route("/cookies", all_cookies),
        Route("/_stcore/upload_file/s/f", upload, methods=["PUT"]),
        WebSocketRoute("/_stcore/stream", stream),
    ]
    middleware = [
        Middleware(OwnerCookie, key=KEY, owns=lambda name: name == owner_of(OLD), per_address=5, overall=8),
        Middleware(UploadQuota, megabytes_per_owner=1),
    ]
    return Starlette(routes=routes, middleware=middleware)


def ask(
    app: Starlette,
    path: str,
    *,
    method: str = "GET",
    cookie: str | None = None,
    raw_cookie: str | None = None,
    body: bytes = b"",
    kind: str = "http",
    chunks: int = 1,
    announce: bool = True,
    client: str = "10.0.0.1",
) -> list[dict[str, Any]]:
    """Send an ASGI request to `app` and return its messages; `cookie` is the browser's owner cookie."""
    headers: Headers = [(b"host", b"testserver")]
    if cookie:
        headers.append((b"cookie", f"other=1; {KEY.cookie}={cookie}".encode()))
    if raw_cookie:
        headers.append((b"cookie", raw_cookie.encode()))
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
        "client": (client, 1),
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
    result = [v.decode() for k, v in sent[0].get("headers", []) if k.lower() == b"set-cookie"]
    return result[0] if result else None


def test_the_first_page_sets_a_cookie_that_scripts_cannot_read() -> None:
    cookie = cookie_set(ask(make_app(), "/"))
    assert cookie is not None
    token = KEY.verified(cookie.split(";")[0].removeprefix(f"{KEY.cookie}="))
    assert well_formed(token)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_a_browser_that_has_one_keeps_it() -> None:
    token = new_token()
    sent = ask(make_app(), "/", cookie=KEY.signed(token))
    assert cookie_set(sent) is None
    assert sent[1]["body"].decode() == token, "pages see the token alone"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "short",
        "x" * 43,
        f"{'x' * 43}.",
        CookieKey(b"another" * 5).signed("x" * 43),
        KEY.signed("x" * 42 + "y").replace("y.", "x."),
        KEY.signed("x" * 43) + "0",
        KEY.signed("short"),
        "é" * 43 + "." + "é" * 64,
    ],
)
def test_a_cookie_that_was_not_made_here_is_replaced(value: str) -> None:
    sent = ask(make_app(), "/", cookie=value or None)
    assert cookie_set(sent) is not None
    assert sent[1]["body"].decode() not in value or not value


def test_a_bare_token_from_outside_is_nobodys_unless_it_owns_something() -> None:
    for token, theirs in ((new_token(), False), (OLD, True)):
        scope_cookie = f'x=1; {COOKIE}={token}; xsrf="2|a"'
        sent = ask(make_app(), "/", raw_cookie=scope_cookie)
        cookie = cookie_set(sent)
        assert cookie is not None
        assert (sent[1]["body"].decode() == token) is theirs
        assert (KEY.signed(token) in cookie) is theirs
        assert ask(make_app(), "/static/a.js", raw_cookie=scope_cookie)[1]["body"] == b"none"


def test_other_cookies_reach_the_page_as_they_came() -> None:
    sent = ask(make_app(), "/cookies", raw_cookie=f'a="b c"; {KEY.cookie}={KEY.signed(OLD)}; _xsrf=2|1|3|4')
    assert sent[1]["body"].decode() == f'a="b c"; _xsrf=2|1|3|4; {COOKIE}={OLD}'


def test_new_cookies_are_limited_for_each_address_and_for_all() -> None:
    app = make_app()
    statuses = [ask(app, "/", client=client)[0]["status"] for client in ["a"] * 6 + ["b"] * 4]
    assert statuses == [200] * 5 + [429] + [200] * 3 + [429]
    assert ask(app, "/", client="a", cookie=KEY.signed(OLD))[0]["status"] == 200
    refused = ask(app, "/_stcore/stream", kind="websocket", client="c")
    assert (refused[0]["type"], refused[0]["status"]) == ("websocket.http.response.start", 429)


def test_the_key_is_made_once_and_for_one_user(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cookie.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_or_create_secret.__wrapped__(path), range(16)))
    assert keys == {path.read_bytes()}
    assert len(path.read_bytes()) == 32
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_installations_on_one_machine_use_two_cookies() -> None:
    assert CookieKey(b"a" * 32).cookie != CookieKey(b"b" * 32).cookie


def test_assets_set_no_cookie_because_they_come_in_parallel() -> None:
    assert cookie_set(ask(make_app(), "/static/a.js")) is None


def test_a_websocket_without_a_cookie_sees_the_one_it_sets() -> None:
    sent = ask(make_app(), "/_stcore/stream", kind="websocket")
    cookie = cookie_set(sent)
    assert cookie is not None
    assert sent[1]["text"] == KEY.verified(cookie.split(";")[0].removeprefix(f"{KEY.cookie}="))


def test_the_owner_is_a_digest_of_the_cookie() -> None:
    token = new_token()
    assert token not in owner_of(token)
    assert owner_of(token) == owner_of(token) != owner_of(new_token())


def test_uploads_beyond_the_quota_are_refused_per_owner() -> None:
    app, alice, bob = make_app(), KEY.signed(new_token()), KEY.signed(new_token())
    path = "/_stcore/upload_file/s/f"
    first = ask(app, path, method="PUT", cookie=alice, body=b"x" * 700_000)
    again = ask(app, path, method="PUT", cookie=alice, body=b"x" * 700_000)
    other = ask(app, path, method="PUT", cookie=bob, body=b"x" * 700_000)
    assert [s[0]["status"] for s in (first, again, other)] == [200, 429, 200]


def test_an_upload_that_hides_its_size_is_cut_off() -> None:
    with pytest.raises(ClientDisconnect):
        ask(
            make_app(),
            "/_stcore/upload_file/s/f",
            method="PUT",
            cookie=KEY.signed(new_token()),
            body=b"x" * 3_000_000,
            chunks=10,
            announce=False,
        )


def test_an_upload_without_an_owner_is_refused() -> None:
    sent = ask(make_app(), "/_stcore/upload_file/s/f", method="PUT", body=b"x")
    assert sent[0]["status"] == 403
    assert "allow cookies" in sent[1]["body"].decode()
