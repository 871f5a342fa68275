"""Checksums detect any changed byte, and the error names file and remedy."""

import pickle
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.damage import flip_bit
from translearn_core.errors import DamagedFileError
from translearn_core.storage import (
    SUMS,
    atomic_file,
    atomic_folder,
    file_digest,
    read_sealed,
    remove,
    seal,
    sums_path,
    verify_file,
    verify_folder,
)


def truncate(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])


def zero(path: Path, chance: random.Random) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("damage", [flip_bit, truncate, zero])
def test_any_damage_of_a_file_or_of_its_digest_is_noticed(
    tmp_path: Path, damage: Callable[[Path, random.Random], None]
) -> None:
    path, chance = tmp_path / "data.bin", random.Random(0)
    for target in [path, sums_path(path)] * 15:
        with atomic_file(path) as draft:
            draft.write_bytes(chance.randbytes(50))
        damage(target, chance)
        with pytest.raises(DamagedFileError, match=r"data\.bin is damaged \(.*\): write it again\.$"):
            verify_file(path, "write it again")


@pytest.mark.parametrize("damage", [flip_bit, truncate, zero])
def test_any_damage_in_a_folder_is_noticed(
    tmp_path: Path, damage: Callable[[Path, random.Random], None]
) -> None:
    chance = random.Random(1)
    for target in ["a.npy", "inner/data.json", SUMS] * 10:
        with atomic_folder(tmp_path / "home") as draft:
            (draft / "inner").mkdir()
            (draft / "a.npy").write_bytes(chance.randbytes(30))
            (draft / "inner" / "data.json").write_bytes(chance.randbytes(30))
        damage(tmp_path / "home" / target, chance)
        with pytest.raises(DamagedFileError) as raised:
            verify_folder(tmp_path / "home", "write it again")
        assert raised.value.path == tmp_path / "home"


def test_a_file_that_is_missing_added_or_swapped_is_damage(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with atomic_folder(tmp_path / name) as draft:
            (draft / "data").write_text(name)
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "added").write_text("x")
    with pytest.raises(DamagedFileError, match="added"):
        verify_folder(one, "")
    (one / "added").unlink()
    verify_folder(one, "")
    (one / "data").write_bytes((two / "data").read_bytes())
    with pytest.raises(DamagedFileError, match="data is not what was written"):
        verify_folder(one, "")
    (one / "data").unlink()
    with pytest.raises(DamagedFileError, match="data is missing"):
        verify_folder(one, "")


def test_what_has_no_digest_is_of_an_earlier_version_and_read_unchecked(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "data.json").write_text("{}")
    (tmp_path / "file").write_text("old")
    verify_folder(tmp_path / "folder", "")
    verify_file(tmp_path / "file", "")
    with pytest.raises(FileNotFoundError):
        verify_file(tmp_path / "nowhere", "")


def test_a_file_goes_with_its_digest(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "file") as draft:
        draft.write_text("x")
    remove(tmp_path / "file")
    remove(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_cached_digest_is_computed_again_when_the_file_is_another(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "home") as draft:
        (draft / "weights").write_bytes(b"right")
    verify_folder(tmp_path / "home", "", cached=True)
    before = file_digest(tmp_path / "home" / "weights")
    (tmp_path / "home" / "weights").write_bytes(b"wrong")
    assert file_digest(tmp_path / "home" / "weights") != before
    with pytest.raises(DamagedFileError):
        verify_folder(tmp_path / "home", "", cached=True)


def test_sealed_json_comes_back_only_as_it_was_written() -> None:
    value = {"pid": 12, "slots": {"ASK": 1}, "seen": 1.5, "devices": ["CPU, 2 cores"]}
    text = seal(value)
    assert read_sealed(text) == value
    for place in range(len(text)):
        for bit in range(7):
            changed = text[:place] + chr(ord(text[place]) ^ 1 << bit) + text[place + 1 :]
            try:
                assert read_sealed(changed) == value, changed
            except ValueError:
                continue
    for other in ("", "null", "[]", "{}", text[:-2], "{" * 9999):
        with pytest.raises(ValueError, match=r"."):
            read_sealed(other)


def test_the_error_crosses_processes() -> None:
    error = DamagedFileError(Path("runs/x/model"), "data.json is missing", "run it again")
    same = pickle.loads(pickle.dumps(error))
    assert (same.path, same.why, same.remedy, str(same)) == (error.path, error.why, error.remedy, str(error))
