"""Host and origin checks, without network access."""

import socket
from collections.abc import Iterator

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket
from streamlit import config, net_util
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from pages._ui.server import allowed_hosts
from pages._ui.server.allowed_hosts import HostCheck, HostRule
from translearn_core.config.settings import settings

LOOPBACK = HostRule({"localhost", "lab.example"}, loopback=True)
NETWORK = HostRule({"localhost", "desk"}, loopback=False)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if Streamlit looks up an address of this machine."""

    def fail_lookup() -> None:
        raise AssertionError("an address of this machine was looked up")

    monkeypatch.setattr(net_util, "get_external_ip", fail_lookup)
    monkeypatch.setattr(net_util, "get_internal_ip", fail_lookup)


async def page(_request: object) -> PlainTextResponse:
    return PlainTextResponse("page")


async def stream(websocket: WebSocket) -> None:
    """Accept what Streamlit's own check accepts."""
    assert _is_origin_allowed(websocket.headers.get("origin"), websocket.headers.get("host"))
    await websocket.accept()
    await websocket.close()


def client(rule: HostRule, proxies: frozenset[str] = frozenset({"lab.example"})) -> TestClient:
    routes = [Route("/", page, methods=["GET", "PUT"]), WebSocketRoute("/stream", stream)]
    return TestClient(
        Starlette(routes=routes, middleware=[Middleware(HostCheck, rule=rule, proxies=proxies)])
    )


@pytest.mark.parametrize(
    ("rule", "host", "answered"),
    [
        (LOOPBACK, "localhost:8501", True),
        (LOOPBACK, "LOCALHOST.", True),
        (LOOPBACK, "127.0.0.1", True),
        (LOOPBACK, "127.8.9.1:1", True),
        (LOOPBACK, "[::1]:8501", True),
        (LOOPBACK, "lab.example", True),
        (LOOPBACK, "evil.example:8501", False),
        (LOOPBACK, "localhost.evil.example", False),
        (LOOPBACK, "192.168.1.7:8501", False),
        (LOOPBACK, "0.0.0.0:8501", False),
        (LOOPBACK, "user@localhost", False),
        (LOOPBACK, "localhost:8501/x", False),
        (LOOPBACK, "", False),
        (LOOPBACK, "[::1", False),
        (NETWORK, "192.168.1.7:8501", True),
        (NETWORK, "[fe80::1]", True),
        (NETWORK, "desk:8501", True),
        (NETWORK, "evil.example", False),
        (NETWORK, "192.168.1.7.evil.example", False),
    ],
)
def test_a_host_is_answered_where_it_is_one_of_this_server(rule: HostRule, host: str, answered: bool) -> None:
    answer = client(rule).get("/", headers={"host": host})
    assert answer.status_code == (200 if answered else 403)
    assert ("TRANSLEARN_HOSTS" in answer.text) is not answered


@pytest.mark.parametrize(
    ("host", "origin", "allowed"),
    [
        ("localhost:8501", None, True),
        ("localhost:8501", "http://localhost:8501", True),
        ("127.0.0.1", "http://127.0.0.1", True),
        ("127.0.0.1:80", "http://127.0.0.1", True),
        ("127.0.0.1:8501", "https://lab.example", True),
        ("lab.example", "https://lab.example:444", True),
        ("localhost:8501", "http://localhost:3000", False),
        ("localhost:8501", "http://127.0.0.1:8501", False),
        ("localhost:8501", "http://evil.example", False),
        ("localhost:8501", "http://evil.example:8501", False),
        ("localhost:8501", "null", False),
        ("localhost:8501", "file://", False),
        ("localhost:8501", "http://localhost:8501@evil.example", False),
        ("evil.example:8501", "http://evil.example:8501", False),
    ],
)
def test_a_page_of_another_origin_opens_no_session_and_changes_nothing(
    host: str, origin: str | None, allowed: bool
) -> None:
    headers = {"host": host} | ({"origin": origin} if origin else {})
    assert client(LOOPBACK).put("/", headers=headers).status_code == (200 if allowed else 403)
    if allowed:
        with client(LOOPBACK).websocket_connect("/stream", headers=headers):
            return
    with pytest.raises(WebSocketDenialResponse) as refused:
        client(LOOPBACK).websocket_connect("/stream", headers=headers).__enter__()
    assert refused.value.status_code == 403
    assert "TRANSLEARN_HOSTS" in refused.value.text


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Set the bind address and the further host names."""
    before = st.get_option("server.address")
    settings.cache_clear()
    yield monkeypatch
    config.set_option("server.address", before)
    settings.cache_clear()


@pytest.mark.parametrize(
    ("address", "names", "loopback", "one_person"),
    [
        ("127.0.0.1", "", True, True),
        ("localhost", "", True, True),
        ("::1", "", True, True),
        ("127.0.0.1", "Lab.Example, ", True, False),
        ("0.0.0.0", "", False, False),
        ("::", "", False, False),
        ("192.168.1.7", "", False, False),
        (None, "", False, False),
    ],
)
def test_the_rule_follows_the_address_that_is_listened_on(
    bound: pytest.MonkeyPatch, address: str | None, names: str, loopback: bool, one_person: bool
) -> None:
    config.set_option("server.address", address)
    bound.setenv("TRANSLEARN_HOSTS", names)
    rule = allowed_hosts.host_rule()
    assert rule.loopback is allowed_hosts.bound_to_loopback() is loopback
    assert allowed_hosts.for_one_person() is one_person
    assert rule.allows("lab.example") is bool(names)
    assert rule.allows(socket.gethostname().lower()) is not loopback or socket.gethostname() == "localhost"
