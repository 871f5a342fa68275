"""``translearn`` and ``translearn app``: addresses and ports."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.commands.terminals import Terminal, refused
from tests.conftest import ROOT
from translearn_core.commands.server import check_address
from translearn_core.errors import ConfigError


def test_a_free_address_of_this_machine_is_right() -> None:
    for host in ("127.0.0.1", "localhost", "0.0.0.0"):
        check_address(host, 0)


@pytest.mark.parametrize("host", ["203.0.113.9", "256.1.1.1", "no such name", "x" * 70, "2001:db8::1"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match="an address of this machine") as refused:
        check_address(host, 0)
    assert (refused.value.field, refused.value.value) == ("--host", host)


def test_a_port_that_is_taken_ends_with_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for words in (
            ("--port", port),
            ("app", "--port", port),
            ("app", "--host", "0.0.0.0", "--port", port),
        ):
            sentence = refused(Terminal(tmp_path)(*words))
            assert sentence.startswith(f"translearn: --port is {port}: ")
            assert "free" in sentence


@pytest.mark.parametrize("words", [("--port", 70000), ("--port", 1, "runs"), ("--host", "h", "recipes")])
def test_what_cannot_be_ends_with_exit_code_2(tmp_path: Path, words: tuple[object, ...]) -> None:
    refused(Terminal(tmp_path)(*words))


def test_port_0_is_a_free_one_and_the_address_is_said(tmp_path: Path) -> None:
    app = subprocess.Popen(
        [sys.executable, "-m", "translearn_core.commands.cli", "--port", "0"],
        cwd=ROOT,
        env=Terminal(tmp_path).environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert app.stdout is not None
        line = app.stdout.readline()
        assert line.startswith("TransLearn is at http://127.0.0.1:")
        with urllib.request.urlopen(f"{line.split()[3]}_stcore/health", timeout=30) as answer:
            assert answer.status == 200
    finally:
        os.killpg(app.pid, signal.SIGTERM)
        app.communicate(timeout=30)
