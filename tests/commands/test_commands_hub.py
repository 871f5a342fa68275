"""A backbone from the Hub on the command line, with a local Hub server."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.architectures import tiny_folder
from tests.backbones.local_hub import local_hub
from tests.commands.terminals import ROOT, TICKETS, as_in_a_terminal

TRAIN = ("train", str(TICKETS), "--text", "text", "--label", "intent", "--backbone", "ann/tiny", "--json")


def test_a_fetch_is_followed_interrupted_and_finished(tmp_path: Path) -> None:
    inherited = {k: v for k, v in os.environ.items() if k not in ("HF_HUB_OFFLINE", "TRANSLEARN_HUB")}
    here = {"TRANSLEARN_WORKSPACE": str(tmp_path / "workspace"), "HF_HOME": str(tmp_path / "home")}

    with local_hub() as hub:
        hub.folders["ann/tiny"] = tiny_folder("bert", tmp_path / "served")
        environment = inherited | here | {"HF_ENDPOINT": hub.url}

        def start(*words: str) -> subprocess.Popen[str]:
            command = [sys.executable, "-m", "translearn_core.commands.cli", *words]
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, text=True, preexec_fn=as_in_a_terminal, **pipes
            )

        try:
            hub.block, hub.seconds = 4096, 0.25
            first = start(*TRAIN)
            deadline = time.monotonic() + 300
            while "model.safetensors" not in hub.downloads():
                assert first.poll() is None, first.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            time.sleep(0.6)
            first.send_signal(signal.SIGINT)
            out, said = first.communicate(timeout=30)
            assert (first.returncode, out) == (2, "")
            assert "the same command goes on from there" in said

            hub.seconds = 0.0
            second = start(*TRAIN, "--epochs", "1")
            out, said = second.communicate(timeout=500)
            assert second.returncode == 0, said
            assert json.loads(out)["epochs"] == 1
            assert len(hub.ranges) == 1
        finally:
            start("stop").communicate(timeout=60)
