"""Only the owner may access a workspace, also one of an earlier version."""

import os
import stat
from pathlib import Path

import pytest

from translearn_core.config.settings import Settings
from translearn_core.runs import RunStore, Workspace
from translearn_core.runs.permissions import restrict_to_owner

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX")


def modes(root: Path) -> dict[str, int]:
    return {
        str(path.relative_to(root)): stat.S_IMODE(path.stat().st_mode) for path in [root, *root.rglob("*")]
    }


@pytest.fixture
def usual_umask() -> object:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_the_database_and_its_folders_are_made_for_their_owner_alone(
    tmp_path: Path, usual_umask: object
) -> None:
    store = RunStore(Workspace(tmp_path / "deep" / "w"))
    store.add_dataset("ann", "a", {"train": b"text,label\na,1\n"}, Settings())
    modes_after = modes(tmp_path / "deep" / "w")
    store.close()
    assert {"translearn.sqlite", "translearn.sqlite-wal", "translearn.sqlite-shm"} <= modes_after.keys()
    top_modes = {name: mode for name, mode in modes_after.items() if "/" not in name}
    assert {name for name, mode in top_modes.items() if mode & 0o077} == set()


def test_an_earlier_workspace_is_closed_once(tmp_path: Path, usual_umask: object) -> None:
    root = tmp_path / "w"
    (root / "runs" / "a").mkdir(parents=True)
    for name in ("translearn.sqlite", "engine.log", "runs/a/job.log", "runs/a/predict.py"):
        (root / name).touch()
    (root / "runs/a/predict.py").chmod(0o755)
    (root / "runs" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").touch()
    restrict_to_owner(root)
    assert {name: mode for name, mode in modes(root).items() if mode & 0o077 and name != "runs/link"} == {}
    assert modes(root)["runs/a/predict.py"] == 0o700
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o644, "what a link leads to is not ours"
    (root / "runs/a/job.log").chmod(0o644)
    restrict_to_owner(root)
    assert modes(root)["runs/a/job.log"] == 0o644, "nobody can reach it: it is not looked at again"


def test_a_folder_that_others_use_keeps_its_own_mode(tmp_path: Path, usual_umask: object) -> None:
    root = tmp_path / "shared"
    (root / "runs").mkdir(parents=True)
    (root / "other").mkdir()
    root.chmod(0o1777)
    restrict_to_owner(root)
    modes_after = modes(root)
    assert (modes_after["."], modes_after["runs"], modes_after["other"]) == (0o1777, 0o700, 0o755)


def test_a_home_is_not_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual_umask: object) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ann"))
    (tmp_path / "ann").mkdir()
    tmp_path.chmod(0o755)
    restrict_to_owner(tmp_path / "ann")
    restrict_to_owner(tmp_path)
    assert modes(tmp_path) == {".": 0o755, "ann": 0o755}
