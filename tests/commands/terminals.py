"""Run `translearn` as a real process in its own workspace."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKETS = ROOT / "assets" / "samples" / "tickets.csv"


def as_in_a_terminal() -> None:
    """Restore the default SIGINT handler, which background shells disable."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """Runner of `translearn` in its own workspace."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.environment = {**os.environ, "TRANSLEARN_WORKSPACE": str(workspace), "TRANSLEARN_HUB": "false"}

    def __call__(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "translearn_core.commands.cli", *map(str, words)]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=500, check=False
        )

    def train(self, *words: object) -> dict[str, object]:
        done = self("train", TICKETS, "--text", "text", "--label", "intent", "--json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
