"""`translearn` in a workspace of its own, in this process or in another."""

import io
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from tests.conftest import ROOT
from translearn_core.commands import server
from translearn_core.commands.cli import main
from translearn_core.commands.terminal import client
from translearn_core.config.settings import settings
from translearn_core.runs import open_store

TICKETS = ROOT / "assets" / "samples" / "tickets.csv"


def _default_interrupt() -> None:
    """Restore the default SIGINT handler, which background shells disable."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _refuse_to_serve(*arguments: object) -> None:
    raise AssertionError(f"{arguments} would serve until the tests end: use Terminal.run")


class Terminal:
    """Runner of `translearn` in its own workspace.

    A call runs a command in this process, which saves seconds of imports; `run` and `start` run it in a
    process of its own, for what only a process shows.
    """

    def __init__(self, workspace: Path, **environment: str) -> None:
        self.workspace = workspace
        own = {"TRANSLEARN_WORKSPACE": str(workspace), "TRANSLEARN_HUB": "false"}
        self.environment = {**os.environ, **own, **environment}

    def __call__(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = ["translearn", *map(str, words)]
        output, errors, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", command)
            patch.setattr(server, "serve", _refuse_to_serve)
            patch.setattr(client, "_typed", {})
            _close_caches()
            try:
                main()
            except SystemExit as end:
                code = int(end.code or 0)
            finally:
                _close_caches()
        return subprocess.CompletedProcess(command, code, output.getvalue(), errors.getvalue())

    def start(self, *words: object) -> subprocess.Popen[str]:
        """Start a command in a process of its own, as in a terminal."""
        return subprocess.Popen(
            [sys.executable, "-m", "translearn_core.commands.cli", *map(str, words)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_default_interrupt,
        )

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own."""
        process = self.start(*words)
        output, errors = process.communicate(timeout=500)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def train(self, *words: object, file: Path = TICKETS) -> dict[str, object]:
        """Train on the tickets, and return the object it prints."""
        done = self("train", file, "--text", "text", "--label", "intent", "--json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def _close_caches() -> None:
    """Forget the settings and the store of this process, which holds them for one workspace."""
    if open_store.cache_info().currsize:
        open_store().close()
    open_store.cache_clear()
    settings.cache_clear()


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Check that a command ended with exit code 2 and one sentence, and return that."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    return lines[0]
