"""Errors for a database that is damaged, full, locked, read-only or unreachable."""

import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.unprivileged import read_only, unprivileged_folder, writable
from translearn_core.config.settings import Settings
from translearn_core.errors import ConfigError, WorkspaceError
from translearn_core.jobs import ReadConfig
from translearn_core.runs import RunStore, State, Workspace
from translearn_core.runs.database import sqlite_file as connections

CSV = b"text,label\ngood,1\nbad,0\n"


def fill(store: RunStore) -> str:
    """Add a data set and a job that reads it; return the run."""
    dataset = store.add_dataset("ann", "reviews.csv", {"train": CSV}, Settings())
    return store.submit("ann", ReadConfig(dataset=dataset.digest)).id


def filled(root: Path) -> str:
    store = RunStore(Workspace(root))
    run = fill(store)
    store.close()
    return run


# -- a damaged file


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(workspace: Workspace) -> None:
    garbage = bytes(range(256)) * 80
    workspace.database.write_bytes(garbage)
    with pytest.raises(WorkspaceError, match="damaged") as raised:
        RunStore(workspace)
    assert str(workspace.database) in str(raised.value)
    assert not raised.value.temporary
    assert workspace.database.read_bytes() == garbage


def test_damage_in_the_middle_is_said_when_it_is_met(workspace: Workspace) -> None:
    filled(workspace.root)
    data = bytearray(workspace.database.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)  # all but the page that names the tables
    workspace.database.write_bytes(data)
    opened: list[RunStore] = []

    def read() -> None:
        opened.append(RunStore(workspace))
        opened[0].runs("ann")

    with pytest.raises(WorkspaceError, match="damaged"):
        read()
    for store in opened:
        store.close()


def test_data_sets_of_a_database_that_was_moved_away_are_not_swept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = workspace.dataset(workspace.keep_files({"train": CSV + b"earlier,1\n"}))
    os.utime(earlier, (time.time() - 3600, time.time() - 3600))
    store = RunStore(workspace)
    fill(store)
    workspace.keep_files({"train": CSV + b"nobody's,1\n"})
    monkeypatch.setattr(time, "time", lambda real=time.time: real() + 120)
    store.sweep()
    left = {path.name for path in (workspace.root / "datasets").iterdir()}
    assert left == {store.datasets("ann")[0].digest, earlier.name}
    store.close()


def test_a_file_that_goes_while_it_is_in_use_is_said(workspace: Workspace) -> None:
    store = RunStore(workspace)
    fill(store)
    store.close()
    workspace.database.unlink()
    with pytest.raises(WorkspaceError, match="deleted or replaced"):
        store.runs("ann")


# -- no room


def test_a_full_database_is_temporary_loses_nothing_and_goes_on(workspace: Workspace) -> None:
    store = RunStore(workspace)
    run = fill(store)
    pages = [0]

    @event.listens_for(store._engine, "begin")
    def limited(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages[0] or 2**30}")

    with closing(sqlite3.connect(workspace.database)) as other:
        pages[0] = other.execute("PRAGMA page_count").fetchone()[0]

    def bring_many() -> None:
        for number in range(2_000):
            store.add_dataset("ann", "a", {"train": CSV + b"more,%d\n" % number}, Settings())

    with pytest.raises(WorkspaceError, match="full") as raised:
        bring_many()
    assert raised.value.temporary
    assert store.run("ann", run).state is State.QUEUED, "what is there can be read"
    before = len(store.datasets("ann"))
    pages[0] = 0
    store.add_dataset("ann", "a", {"train": CSV + b"last,1\n"}, Settings())
    assert len(store.datasets("ann")) == before + 1
    store.close()


def test_a_locked_database_is_temporary(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections._OPTIONS, "timeout", 0.1)
    store = RunStore(workspace)
    run = fill(store)
    other = sqlite3.connect(workspace.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkspaceError, match="held by another program") as raised:
        store.rename("ann", run, "new")
    assert raised.value.temporary
    other.execute("ROLLBACK")
    other.close()
    store.rename("ann", run, "new")
    assert store.run("ann", run).name == "new"
    store.close()


# -- read-only


def test_a_read_only_workspace_can_be_read_and_is_written_again_once_it_may() -> None:
    with unprivileged_folder() as folder:
        run = filled(folder / "w")
        read_only(folder / "w")
        store = RunStore(Workspace(folder / "w"))
        assert store.run("ann", run).name == "read"
        assert store.workspace.sources(store.datasets("ann")[0].digest)["train"].read_bytes() == CSV
        with pytest.raises(WorkspaceError, match="cannot be used") as raised:
            store.rename("ann", run, "new")
        assert str(folder / "w") in str(raised.value)
        writable(folder / "w")
        store.rename("ann", run, "new")
        assert store.run("ann", run).name == "new"
        store.close()


def test_an_open_store_goes_on_reading_when_its_folder_becomes_read_only() -> None:
    with unprivileged_folder() as folder:
        store = RunStore(Workspace(folder / "w"))
        run = fill(store)
        read_only(folder / "w")
        assert store.run("ann", run).id == run
        writable(folder / "w")
        store.rename("ann", run, "new")
        store.close()


def test_an_empty_folder_that_is_read_only_is_said() -> None:
    with unprivileged_folder() as folder:
        (folder / "w").mkdir()
        read_only(folder)
        with pytest.raises(WorkspaceError, match="cannot be used"):
            RunStore(Workspace(folder / "w"))


# -- folders that cannot be


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for root in (tmp_path / "file", tmp_path / "file" / "w"):
        with pytest.raises(WorkspaceError, match="move away the file") as raised:
            Workspace(root)
        assert str(tmp_path / "file") in str(raised.value)
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "runs").touch()
    with pytest.raises(WorkspaceError, match="move away the file"):
        Workspace(tmp_path / "w")


def test_a_name_that_is_too_long_and_a_link_that_leads_to_itself_are_said(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for root in (tmp_path / ("x" * 300), tmp_path / "loop"):
        with pytest.raises(WorkspaceError, match="TRANSLEARN_WORKSPACE"):
            Workspace(root)


# -- PostgreSQL


@pytest.mark.parametrize("url", ["nonsense", "postgresql://ann:secret@host:port/x", "://"])
def test_an_address_that_is_none_is_said_without_its_password(workspace: Workspace, url: str) -> None:
    with pytest.raises(WorkspaceError, match="is no address of a database") as raised:
        RunStore(workspace, url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("url", ["mysql://ann:secret@host/x", "sqlite:///x.db", "foo://ann:secret@host"])
def test_another_kind_of_database_is_refused(workspace: Workspace, url: str) -> None:
    with pytest.raises(ConfigError, match="TRANSLEARN_DATABASE_URL") as raised:
        RunStore(workspace, url)
    assert "secret" not in str(raised.value)


def test_a_database_that_does_not_answer_is_temporary_and_its_password_is_not_shown(
    workspace: Workspace,
) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(WorkspaceError, match="does not answer") as raised:
        RunStore(workspace, "postgresql://ann:secret@127.0.0.1:1/lab")
    assert raised.value.temporary
    assert "127.0.0.1:1" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_missing_driver_is_said_with_how_to_install_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WorkspaceError) as raised:
        RunStore(workspace, "postgresql://ann@127.0.0.1:1/lab")
    assert "pip install 'translearn[postgresql]'" in str(raised.value)


def test_a_refused_user_or_database_is_said(workspace: Workspace, database_url: str | None) -> None:
    if database_url is None:
        pytest.skip("SQLite has no users")
    missing = database_url.rsplit("/", 1)[0] + "/no_such_database"
    with pytest.raises(WorkspaceError, match="refuses the connection") as raised:
        RunStore(workspace, missing)
    assert not raised.value.temporary
