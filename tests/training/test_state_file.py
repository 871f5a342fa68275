"""A state on disk: whole or not there, and damage that is said with what to do about it."""

from pathlib import Path

import pytest
import torch

from translearn_core.errors import TrainingError
from translearn_core.training.state_file import StateFile

FILE = StateFile("walk.pt", of="walk", remedy="walk it again")


def test_a_state_comes_back_and_goes_when_it_is_forgotten(tmp_path: Path) -> None:
    assert FILE.read(tmp_path, dict) is None
    FILE.write(tmp_path / "new", {"step": 3, "weights": torch.arange(4.0)})
    found = FILE.read(tmp_path / "new", dict)
    assert found is not None
    assert found["step"] == 3
    assert torch.equal(found["weights"], torch.arange(4.0))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["walk.pt"]
    FILE.forget(tmp_path / "new")
    assert FILE.read(tmp_path / "new", dict) is None


def test_a_write_that_breaks_off_leaves_the_former_state_whole(tmp_path: Path) -> None:
    class Killed(Exception):
        pass

    class Deadly:
        def __reduce__(self) -> str:
            raise Killed

    FILE.write(tmp_path, {"step": 1})
    with pytest.raises(Killed):
        FILE.write(tmp_path, {"step": 2, "then": Deadly()})
    assert FILE.read(tmp_path, dict) == {"step": 1}
    assert len(list(tmp_path.iterdir())) == 2
    FILE.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage",
    [b"", b"t", b"half a file", b"nothing that was ever kept", b"\x80\x02garbage", b"PK\x03\x04 half"],
)
def test_damage_is_said_with_what_helps(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "walk.pt").write_bytes(damage)
    with pytest.raises(TrainingError, match=r"of this walk is damaged \(.*\): walk it again\."):
        FILE.read(tmp_path, dict)


def test_a_state_of_another_kind_is_damage_too(tmp_path: Path) -> None:
    FILE.write(tmp_path, {"step": 1})
    with pytest.raises(TrainingError, match="damaged"):
        FILE.read(tmp_path, lambda state: state["weights"])
