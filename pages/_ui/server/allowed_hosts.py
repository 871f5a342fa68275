"""Host and origin checks against DNS rebinding and cross-origin requests.

A foreign name that resolves to this machine would make its pages part of the app's origin, so host names need
to be listed; literal addresses do not. Websockets get the host of their origin, since Streamlit would
otherwise look up its external address on the network.
"""

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages._ui.shell import st
from translearn_core.config.settings import settings
from translearn_core.errors import shorten_repr

SAFE = ("GET", "HEAD", "OPTIONS")
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

_AUTHORITY = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True)
class HostRule:
    """Host names and addresses that a server accepts.

    Attributes
    ----------
    names : collection of str
        Host names, in lower case.
    loopback : bool
        Whether only loopback addresses are accepted; otherwise every literal address is.
    """

    names: Collection[str]
    loopback: bool

    def allows(self, name: str) -> bool:
        """Whether a host, without its port, is accepted."""
        if name in self.names:
            return True
        try:
            address = ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return address.is_loopback or not self.loopback


def host_rule() -> HostRule:
    """Return the rule of this process, from its bind address and TRANSLEARN_HOSTS."""
    names, address = {"localhost", *settings().host_names}, st.get_option("server.address") or ""
    if bound_to_loopback():
        return HostRule(names, loopback=True)
    machine = socket.gethostname().lower()
    short = machine.partition(".")[0]
    return HostRule(names | {machine, short, f"{short}.local", address.lower()}, loopback=False)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine for itself alone."""
    return HostRule({"localhost"}, loopback=True).allows(host.lower())


def bound_to_loopback() -> bool:
    """Whether this process listens on the loopback interface only."""
    return is_loopback(st.get_option("server.address") or "")


def for_one_person() -> bool:
    """Whether only this machine can open the app: loopback address, no proxy."""
    return bound_to_loopback() and not settings().host_names


class HostCheck:
    """Refuse requests for another host, and unsafe requests of another origin.

    Parameters
    ----------
    app : ASGIApp
    rule : HostRule, optional
        By default that of this process when the middleware is built.
    proxies : collection of str, optional
        Host names of reverse proxies, accepted as origins; by default those of TRANSLEARN_HOSTS.
    """

    def __init__(
        self, app: ASGIApp, rule: HostRule | None = None, proxies: Collection[str] | None = None
    ) -> None:
        self.app = app
        self.rule = host_rule() if rule is None else rule
        self.proxies = settings().host_names if proxies is None else proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check host and origin; pass a websocket on with the host of its origin."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        hosts, origin = headers.getlist("host"), headers.get("origin")
        host = authority(hosts[0], scope["scheme"]) if len(hosts) == 1 else None
        if host is None or not self.rule.allows(host[0]):
            sentence = (
                f"This server does not answer to the host {shorten_repr(', '.join(hosts))}: open it by its "
                "address, or have the name added to TRANSLEARN_HOSTS."
            )
            await PlainTextResponse(sentence, status_code=403)(scope, receive, send)
            return
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if changes and origin is not None and not self._same_origin(origin, host):
            sentence = (
                f"Pages from {shorten_repr(origin)} may not use this server: open the app itself, or have "
                f"that name added to TRANSLEARN_HOSTS."
            )
            await PlainTextResponse(sentence, status_code=403)(scope, receive, send)
            return
        if scope["type"] == "websocket" and origin is not None:
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope = {**scope, "headers": [*others, (b"host", urlsplit(origin).netloc.encode("latin-1"))]}
        await self.app(scope, receive, send)

    def _same_origin(self, origin: str, host: tuple[str, int]) -> bool:
        scheme, _, rest = origin.partition("://")
        sender = authority(rest, scheme) if scheme in ("http", "https") else None
        return sender is not None and (sender == host or sender[0] in self.proxies)


def authority(text: str, scheme: str) -> tuple[str, int] | None:
    """Return host and port of ``host[:port]``, None if it is neither."""
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        return None
    return parts["name"].lower().rstrip("."), int(parts["port"] or PORTS.get(scheme, 80))
