"""An unusable workspace gives one line and exit code 2 before anything starts."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from tests.commands.terminals import TICKETS, Terminal, refused
from tests.conftest import ROOT
from tests.unprivileged import read_only, unprivileged_folder
from translearn_core.commands.terminal import client
from translearn_core.commands.terminal.errors import explain_errors
from translearn_core.errors import WorkspaceError
from translearn_core.runs import LOCAL, RunStore, Workspace

TRAIN = ("train", TICKETS, "--text", "text", "--label", "intent")


@pytest.mark.parametrize("words", [("runs",), TRAIN, ()], ids=["runs", "train", "app"])
def test_a_home_that_is_a_file_is_named(tmp_path: Path, words: tuple[object, ...]) -> None:
    (tmp_path / "file").touch()
    terminal = Terminal(tmp_path)
    del terminal.environment["TRANSLEARN_WORKSPACE"]
    terminal.environment["HOME"] = str(tmp_path / "file")
    assert str(tmp_path / "file") in refused(terminal.run(*words))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "translearn.sqlite").write_bytes(b"no database, " * 1000)
    assert str(tmp_path / "translearn.sqlite") in refused(Terminal(tmp_path)(*TRAIN))
    assert not (tmp_path / "engine.log").exists(), "nothing was started"


def test_an_address_of_no_database_is_refused_before_the_app_opens(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.environment |= {
        "TRANSLEARN_SCHEDULER": "tcp://127.0.0.1:1",
        "TRANSLEARN_DATABASE_URL": "nonsense://ann:secret",
    }
    sentence = refused(terminal.run())
    assert "TRANSLEARN_DATABASE_URL" in sentence
    assert "secret" not in sentence


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files, as Linux does")
def test_a_disk_without_room_is_said_and_what_is_there_is_listed(tmp_path: Path) -> None:
    store = RunStore(Workspace(tmp_path))
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)); "
    main = "sys.argv = ['translearn', *sys.argv[1:]]; from translearn_core.commands.cli import main; main()"
    terminal = Terminal(tmp_path)

    def without_room(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", limit + main, *map(str, words)]
        return subprocess.run(
            command, cwd=ROOT, env=terminal.environment, capture_output=True, text=True, check=False
        )

    assert str(tmp_path) in refused(without_room(*TRAIN))
    listed = without_room("runs")
    assert listed.returncode == 0, listed.stderr
    assert store.datasets(LOCAL) == []
    assert list((tmp_path / "datasets").iterdir()) == []
    store.close()


def test_a_command_that_waits_ends_when_the_disk_stays_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with unprivileged_folder() as folder:
        check = client.DiskCheck(folder)

        def until(seconds: float) -> None:
            while now[0] < seconds:
                now[0] += 0.5
                check()

        until(60)
        read_only(folder)
        until(60 + client.PATIENCE_SECONDS - 1)
        with pytest.raises(WorkspaceError, match="give the same command again"):
            until(60 + client.PATIENCE_SECONDS + client.CHECK_SECONDS + 1)


def test_what_the_system_refuses_anywhere_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    @explain_errors
    def command() -> None:
        Path("/dev/null/x").read_text()

    with pytest.raises(typer.Exit) as left:
        command()
    assert left.value.exit_code == 2
    assert "'/dev/null/x'" in capsys.readouterr().err
