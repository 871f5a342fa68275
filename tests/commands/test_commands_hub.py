"""A backbone from the Hub on the command line, with a local Hub server."""

import json
import signal
import time
from pathlib import Path

import pytest

from tests.architectures import tiny_folder
from tests.backbones.local_hub import local_hub
from tests.commands.terminals import TICKETS, Terminal
from tests.waiting import until

TRAIN = ("train", str(TICKETS), "--text", "text", "--label", "intent", "--backbone", "ann/tiny", "--json")


def test_a_fetch_is_followed_interrupted_and_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSLEARN_HUB"):
        monkeypatch.delenv(name, raising=False)

    with local_hub() as hub:
        hub.folders["ann/tiny"] = tiny_folder("bert", tmp_path / "served")
        terminal = Terminal(
            tmp_path / "workspace", HF_HOME=str(tmp_path / "home"), HF_ENDPOINT=hub.url, TRANSLEARN_HUB="true"
        )
        try:
            hub.block, hub.seconds = 4096, 0.25
            first = terminal.start(*TRAIN)

            def fetching() -> bool:
                assert first.poll() is None, first.communicate()
                return "model.safetensors" in hub.downloads()

            until(fetching, 300)
            time.sleep(0.6)
            first.send_signal(signal.SIGINT)
            output, errors = first.communicate(timeout=30)
            assert (first.returncode, output) == (2, "")
            assert "the same command goes on from there" in errors

            hub.seconds = 0.0
            second = terminal(*TRAIN, "--epochs", 1)
            assert second.returncode == 0, second.stderr
            assert json.loads(second.stdout)["epochs"] == 1
            assert len(hub.ranges) == 1
        finally:
            terminal("stop")
