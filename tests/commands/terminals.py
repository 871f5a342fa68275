"""A terminal of a test's own: `translearn` as a real process, in a workspace of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKETS = ROOT / "assets" / "samples" / "tickets.csv"


def as_in_a_terminal() -> None:
    """Let Ctrl-C reach a process, also where the tests themselves run in a shell's background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """Runs `translearn` in a workspace of its own."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.environment = {**os.environ, "TRANSLEARN_WORKSPACE": str(workspace), "TRANSLEARN_HUB": "false"}

    def __call__(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "translearn_core.cli", *map(str, words)]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=500, check=False
        )

    def train(self, *words: object) -> dict[str, object]:
        done = self("train", TICKETS, "--text", "text", "--label", "intent", "--json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
