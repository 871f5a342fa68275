"""Address of this machine in its network: that of the route, else of an interface that others reach."""

import socket
from types import SimpleNamespace

import psutil
import pytest

from translearn_core.config import local_network


@pytest.mark.parametrize(
    ("routed", "interfaces", "address"),
    [
        ("192.168.1.7", {"docker0": "172.17.0.1"}, "192.168.1.7"),
        ("", {"lo": "127.0.0.1", "eth0": "10.0.0.5"}, "10.0.0.5"),
        ("127.0.0.1", {"eth0": "169.254.3.3", "wlan0": "10.0.0.6"}, "10.0.0.6"),
        ("", {"lo": "127.0.0.1", "down0": "10.0.0.5"}, None),
    ],
)
def test_the_address_is_one_that_others_reach(
    monkeypatch: pytest.MonkeyPatch, routed: str, interfaces: dict[str, str], address: str | None
) -> None:
    monkeypatch.setattr(local_network, "_routed", lambda: routed)
    states = {name: SimpleNamespace(isup=not name.startswith("down")) for name in interfaces}
    monkeypatch.setattr(psutil, "net_if_stats", lambda: states)
    addresses = {
        name: [SimpleNamespace(family=socket.AF_INET, address=one)] for name, one in interfaces.items()
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: addresses)
    assert local_network.network_address() == address


def test_no_route_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(self: socket.socket, address: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    assert local_network._routed() == ""
