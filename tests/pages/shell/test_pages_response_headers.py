"""Response headers, closed internal addresses, session limit."""

import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket
from streamlit import config

from pages._ui.server import base_path, file_descriptors
from pages._ui.server.response_headers import HEADERS, SafeHeaders, failed


async def anything(request: Request) -> PlainTextResponse:
    if "broken" in request.url.path:
        raise RuntimeError("a bug")
    return PlainTextResponse("page")


async def stream(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


@pytest.fixture(params=["", "x/y", "static"])
def base(request: pytest.FixtureRequest) -> Iterator[str]:
    """The app at the root, or below a path."""
    config.set_option("server.baseUrlPath", request.param)
    yield f"/{request.param}" if request.param else ""
    config.set_option("server.baseUrlPath", "")


@pytest.fixture
def client(base: str) -> TestClient:
    routes = [WebSocketRoute("/{rest:path}", stream), Route("/{rest:path}", anything, methods=["GET", "PUT"])]
    middleware = [Middleware(SafeHeaders), Middleware(file_descriptors.SessionLimit)]
    app = Starlette(routes=routes, middleware=middleware, exception_handlers={Exception: failed})
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/results", 200),
        ("/_stcore/health", 200),
        ("/_stcore/host-config", 200),
        ("/_stcore/upload_file/a/b", 200),
        ("/broken", 500),
        ("/_stcore/metrics", 404),
        ("/_stcore/metrics/", 404),
        ("/_stcore/script-health-check", 404),
        ("/_stcore/agent/openapi.json", 404),
        ("/_stcore", 404),
    ],
)
def test_every_response_has_the_headers_and_what_tells_too_much_is_closed(
    client: TestClient, base: str, path: str, status: int
) -> None:
    answer = client.get(base + path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_pages_are_told_from_what_is_around_them(base: str) -> None:
    kinds = {
        path: base_path.is_page({"type": "http", "path": base + path})
        for path in ("/", "/results", "/taken/a/b.zip", "/static/a.js", "/_stcore/health", "/media/a.png")
    }
    assert [path for path, page in kinds.items() if page] == ["/", "/results", "/taken/a/b.zip"]


@pytest.fixture
def soft_limit() -> Iterator[int]:
    """The soft limit of open files, put back afterwards."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_new_sessions_are_refused_while_descriptors_run_low(
    client: TestClient, base: str, soft_limit: int
) -> None:
    with client.websocket_connect(f"{base}/_stcore/stream"):
        pass
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(open(os.devnull))
        few = psutil.Process().num_fds() + 20
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        statuses = {path: client.get(base + path).status_code for path in ("/", "/_stcore/health")}
        with pytest.raises(WebSocketDenialResponse) as refused:
            client.websocket_connect(f"{base}/_stcore/stream").__enter__()
    assert (statuses, refused.value.status_code) == ({"/": 503, "/_stcore/health": 200}, 503)
    assert refused.value.text == file_descriptors.FULL


def test_the_soft_limit_is_raised_to_the_hard_one(soft_limit: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    file_descriptors.raise_limit()
    expected = file_descriptors.CAP if hard == resource.RLIM_INFINITY else min(hard, file_descriptors.CAP)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (expected, hard)
