"""Address of this machine in its local network."""

import ipaddress
import socket
from collections.abc import Iterator

import psutil

_ELSEWHERE = "10.255.255.255", 9
"""Any address that is not this machine's: it only picks a route, since connecting UDP sends nothing."""


def network_address() -> str | None:
    """Return the IPv4 address by which its network reaches this machine, None if it is in no network.

    That of the route to other networks, else that of any interface that is up.
    """
    return next((one for one in (_routed(), *_of_interfaces()) if _is_reachable(one)), None)


def _routed() -> str:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(_ELSEWHERE)
            return str(probe.getsockname()[0])
    except OSError:  # no route
        return ""


def _of_interfaces() -> Iterator[str]:
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    for name, addresses in psutil.net_if_addrs().items():
        if name in up:
            yield from (one.address for one in addresses if one.family == socket.AF_INET)


def _is_reachable(text: str) -> bool:
    if not text:
        return False
    address = ipaddress.ip_address(text)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)
