"""Atomic writes: all or nothing, with no temporary files left."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from translearn_core.storage import (
    SUMS,
    atomic_file,
    atomic_folder,
    sums_path,
    sweep,
    temporary_folder,
    verify_file,
    verify_folder,
)
from translearn_core.storage.sweep import PREFIX, temporary_name


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_at_the_end_of_the_block_and_carries_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "new" / "table.csv"
    for content in ("first", "second"):
        with atomic_file(path) as draft:
            assert draft.parent == path.parent
            assert mode(draft) == 0o600
            assert not path.exists() or path.read_text() == "first"
            draft.write_text(content)
        assert path.read_text() == content
        verify_file(path, "write it again")
    assert names(path.parent) == {"table.csv", "table.csv.sha256"}
    assert (mode(path), mode(sums_path(path))) == (0o600, 0o600)


def test_the_digests_are_those_that_sha256sum_checks(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "one.txt") as draft:
        draft.write_text("one")
    with atomic_folder(tmp_path / "many") as folder:
        (folder / "inner").mkdir()
        (folder / "a").write_text("a")
        (folder / "inner" / "b").write_text("b")
    sums_of_two = (tmp_path, "one.txt.sha256", ["one.txt"]), (tmp_path / "many", SUMS, ["a", "inner/b"])
    for folder, sums, checked in sums_of_two:
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", sums],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [f"{name}: OK" for name in checked]


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "results"
    for name in ("first", "second"):
        with atomic_folder(path) as draft:
            (draft / name).write_text(name)
            assert mode(draft) == 0o700
        assert names(path) == {name, SUMS}
        verify_folder(path, "write it again")
    assert (mode(path), mode(path / "second")) == (0o700, 0o600)
    assert names(tmp_path) == {"results", "results/second", f"results/{SUMS}"}


def test_a_folder_that_came_first_stays_where_it_is_asked_to(tmp_path: Path) -> None:
    with (
        atomic_folder(tmp_path / "home", replace=False) as late,
        atomic_folder(tmp_path / "home", replace=False) as early,
    ):
        (early / "data").write_text("early")
        (late / "data").write_text("late")
    assert names(tmp_path) == {"home", "home/data", f"home/{SUMS}"}
    assert (tmp_path / "home" / "data").read_text() == "early"


def broken_file(path: Path) -> None:
    with atomic_file(path) as draft:
        draft.write_text("half")
        raise KeyboardInterrupt


def broken_folder(path: Path) -> None:
    with atomic_folder(path) as draft:
        (draft / "half").write_text("half")
        raise KeyboardInterrupt


def broken_work(path: Path) -> None:
    with temporary_folder(path) as draft:
        (draft / "half").write_text("half")
        raise KeyboardInterrupt


@pytest.mark.parametrize("before", [False, True])
def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(tmp_path: Path, before: bool) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    if before:
        with atomic_file(file) as draft:
            draft.write_text("kept")
        with atomic_folder(folder) as draft:
            (draft / "kept").write_text("kept")
    was = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for breaking in (lambda: broken_file(file), lambda: broken_folder(folder), lambda: broken_work(tmp_path)):
        with pytest.raises(KeyboardInterrupt):
            breaking()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == was


def test_writers_of_one_path_do_not_disturb_each_other(tmp_path: Path) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(8)

    def write(number: int) -> None:
        try:
            start.wait()
            for _ in range(5):
                with atomic_file(tmp_path / "file") as draft:
                    draft.write_text("the same")
                with atomic_folder(tmp_path / "folder") as draft:
                    (draft / "number").write_text(str(number))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    verify_file(tmp_path / "file", "")
    verify_folder(tmp_path / "folder", "")
    assert names(tmp_path) == {"file", "file.sha256", "folder", "folder/number", f"folder/{SUMS}"}


def killed_writer(folder: Path) -> None:
    """Have another process die in the middle of writing a file and a folder."""
    code = (
        "import os, sys, signal; from pathlib import Path; from translearn_core.storage import *\n"
        "home = Path(sys.argv[1])\n"
        "with atomic_file(home / 'file') as one, atomic_folder(home / 'deep' / 'folder') as two:\n"
        "    one.write_text('half'); (two / 'x').write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=False)


def test_what_a_killed_writer_left_is_swept_and_what_others_write_is_not(tmp_path: Path) -> None:
    killed_writer(tmp_path)
    assert len(list(tmp_path.rglob(f"{PREFIX}*"))) == 2
    with atomic_file(tmp_path / "mine") as draft:
        assert sweep(tmp_path) == 2
        draft.write_text("whole")
    assert names(tmp_path) == {"deep", "mine", "mine.sha256"}


def test_strangers_temporary_files_go_only_when_they_are_old(tmp_path: Path) -> None:
    foreign = [f"{PREFIX}elsewhere-1-abc", f"{PREFIX}x", ".checkpoint-k2j3", f"{PREFIX}{2**70}-1-x"]
    for name in foreign:
        (tmp_path / name).write_text("57 MB")
    own = tmp_path / temporary_name()
    own.mkdir()
    assert sweep(tmp_path) == 0
    for path in tmp_path.iterdir():
        os.utime(path, (1.0, 1.0))
    assert sweep(tmp_path, old_seconds=3600) == len(foreign) + 1
    assert names(tmp_path) == set()
