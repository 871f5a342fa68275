"""Errors of the system become a message with path and fix, whichever library raised them."""

import errno
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from translearn_core.errors import WorkspaceError
from translearn_core.errors.os_errors import explain_os_error, write_error

FULL = Path("/dev/full")
NUMBERS = np.random.default_rng(0).random(50_000)
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def to_file(write: Callable[[object], object]) -> None:
    with FULL.open("wb") as file:
        write(file)


@needs_full
@pytest.mark.parametrize(
    "write",
    [
        lambda: FULL.write_bytes(b"x"),
        lambda: np.save(FULL, NUMBERS) or to_file(lambda file: np.save(file, NUMBERS)),
        lambda: to_file(lambda file: torch.save({"x": torch.from_numpy(NUMBERS)}, file)),
        lambda: pd.DataFrame({"x": NUMBERS}).to_parquet(FULL),
        lambda: pd.DataFrame({"x": NUMBERS}).to_csv(FULL),
    ],
    ids=["bytes", "numpy", "torch", "parquet", "csv"],
)
def test_a_full_disk_is_known_whoever_writes(write: Callable[[], object], tmp_path: Path) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - libraries raise what they like
        write()
    explained = explain_os_error(raised.value, tmp_path, again="press Resume")
    assert isinstance(explained, WorkspaceError)
    assert explained.temporary
    assert "full" in str(explained)
    assert str(explained).endswith("make room on it, then press Resume.")


@pytest.mark.parametrize(
    "words",
    [
        "Error while serializing: I/O error: No space left on device (os error 28)",  # safetensors
        "65536 requested and 1024 written",  # numpy's tofile
        "[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534",  # torch.save to a path
    ],
)
def test_a_full_disk_is_known_by_the_words_of_libraries_that_keep_no_number(words: str) -> None:
    assert explain_os_error(RuntimeError(words), Path("/w")).temporary


@needs_full
def test_the_cause_of_an_error_counts(tmp_path: Path) -> None:
    def save() -> None:
        try:
            FULL.write_bytes(b"x")
        except OSError as error:
            raise RuntimeError("the model could not be saved") from error

    with pytest.raises(RuntimeError) as raised:
        save()
    assert explain_os_error(raised.value, tmp_path).temporary


@pytest.mark.parametrize(
    ("number", "temporary"),
    [
        (errno.EROFS, True),
        (errno.EIO, True),
        (errno.EMFILE, True),
        (errno.EFBIG, True),
        (errno.EACCES, False),
        (errno.EPERM, False),
        (errno.ENOTDIR, False),
        (errno.EEXIST, False),
        (errno.ENAMETOOLONG, False),
        (errno.ELOOP, False),
        (errno.ENOENT, False),
    ],
)
def test_each_number_has_a_sentence_that_says_whether_waiting_helps(number: int, temporary: bool) -> None:
    explained = explain_os_error(OSError(number, os.strerror(number), "/w/runs/a"), Path("/w"))
    assert explained.temporary is temporary
    assert os.strerror(number) in str(explained)
    assert pickle.loads(pickle.dumps(explained)).temporary is temporary


def test_the_file_is_named_where_it_is_its_fault_and_the_workspace_where_it_is_the_disks() -> None:
    def sentence(number: int, path: str) -> str:
        return str(explain_os_error(OSError(number, "", path), Path("/w")))

    assert "'/w/runs/a'" in sentence(errno.EACCES, "/w/runs/a")
    assert "'/w'" in sentence(errno.EROFS, "/w/runs/.draft-7")
    assert "TRANSLEARN_WORKSPACE" in sentence(errno.EACCES, "/w/runs/a")
    assert "TRANSLEARN_WORKSPACE" not in sentence(errno.EACCES, "/elsewhere/model")


def test_other_errors_are_left_alone() -> None:
    assert explain_os_error(ValueError("full of hope"), Path("/w")) is None
    assert explain_os_error(ConnectionRefusedError(errno.ECONNREFUSED, ""), Path("/w")) is None


def test_a_folder_is_tried_by_writing(tmp_path: Path) -> None:
    assert write_error(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    refused = write_error(tmp_path / "none")
    assert (refused.errno, refused.filename) == (errno.ENOENT, str(tmp_path / "none"))
