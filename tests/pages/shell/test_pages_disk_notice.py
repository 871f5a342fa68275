"""Notices of a full, read-only or broken workspace."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import Open, page_text

from pages._ui.datasets import data_sources
from pages._ui.shell import disk_notice
from translearn_core.config.settings import settings
from translearn_core.errors import WorkspaceError
from translearn_core.jobs import BASELINES
from translearn_core.runs import RunStore, open_store

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9, 4096))


def warnings(at: AppTest) -> list[str]:
    return [str(warning.value) for warning in at.warning]


def test_a_full_disk_is_said_on_every_page_that_still_shows_what_is_there(
    visit: Open, filled: Filled, full: None
) -> None:
    for page in ("home", "results", "runs"):
        at = visit(page)
        assert warnings(at)[0] == disk_notice.FULL
        assert not at.error
    assert at.title[0].value == "Runs"


def test_a_page_with_room_says_nothing(visit: Open, filled: Filled) -> None:
    assert disk_notice.FULL not in warnings(visit("runs"))
    assert disk_notice.READ_ONLY not in warnings(visit("runs"))


def test_a_read_only_workspace_is_said(visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode, **_: mode != os.W_OK)  # root may always write
    at = visit("results")
    assert disk_notice.READ_ONLY in warnings(at)
    assert not at.error


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_table_for_which_there_is_no_room_is_refused_and_nothing_is_kept(
    visit: Open, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = type(open_store().workspace).keep_files

    def full(self: object, files: dict[str, bytes], *more: object) -> str:
        Path("/dev/full").write_bytes(files["train"])
        return keep(self, files, *more)

    monkeypatch.setattr(type(open_store().workspace), "keep_files", full)
    at = visit("home")
    at.button(key=f"sample-{data_sources.FIRST}").click().run()
    assert not at.exception
    assert [str(error.value) for error in at.error] != []
    assert str(workspace) in page_text(at)
    assert open_store().datasets("anybody") == []


def test_an_upload_that_found_no_room_is_kept_once_there_is_some(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> str:
        raise WorkspaceError("The disk is full.", temporary=True)

    before = len(filled.store.datasets(filled.owner))
    at = visit("data")
    with monkeypatch.context() as patch:
        patch.setattr(type(open_store().workspace), "keep_files", full)
        at.file_uploader(key="upload_train-0").upload("late.csv", b"text,label\na film,1\n").run()
    assert "The disk is full." in page_text(at)
    at.run()
    assert "The disk is full." not in page_text(at)
    assert len(filled.store.datasets(filled.owner)) == before + 1


def test_results_are_drawn_where_nothing_new_can_be_asked_for(
    visit: Open, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(_store: RunStore, _owner: str, _config: object, _name: str | None = None) -> None:
        raise WorkspaceError("The workspace is read-only.", temporary=True)

    usual = visit("results")
    for run in filled.store.runs(filled.owner, BASELINES):
        filled.store.delete_run(filled.owner, run.id)
    monkeypatch.setattr(RunStore, "submit", read_only)
    at = visit("results")
    assert "The workspace is read-only." in page_text(at)
    assert [part.value for part in at.subheader] == [part.value for part in usual.subheader]


def test_a_database_that_was_damaged_is_named_on_the_page(visit: Open, workspace: Path) -> None:
    open_store().close()
    for name in ("translearn.sqlite-wal", "translearn.sqlite-shm"):
        (workspace / name).unlink(missing_ok=True)
    (workspace / "translearn.sqlite").write_bytes(b"no database, " * 1000)
    open_store.cache_clear()
    for page in ("home", "runs"):
        at = visit(page)
        assert len(at.error) == 1
        assert "translearn.sqlite" in page_text(at)
        assert "damaged" in page_text(at)


def test_a_workspace_that_is_a_file_is_named_on_the_page(
    visit: Open, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace / "file").touch()
    monkeypatch.setenv("TRANSLEARN_WORKSPACE", str(workspace / "file"))
    settings.cache_clear()
    open_store.cache_clear()
    at = visit("runs")
    assert "move away the file" in page_text(at)
    assert len(at.error) == 1
