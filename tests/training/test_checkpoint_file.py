"""Checkpoint file: atomic writes, the previous version as a fallback, and damage with a remedy."""

import os
import random
from pathlib import Path

import pytest
import torch

from tests.damage import flip_bit
from translearn_core.errors import DamagedFileError
from translearn_core.storage import sums_path
from translearn_core.training.checkpoints.checkpoint import EARLIER_NAMES, Checkpoint
from translearn_core.training.checkpoints.checkpoint_file import CheckpointFile

FILE = CheckpointFile("walk.pt", remedy="walk it again")
NAMES = {"walk.pt", "walk.pt.sha256"}
BOTH = NAMES | {"previous-walk.pt", "previous-walk.pt.sha256"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_state_comes_back_and_goes_when_it_is_forgotten(tmp_path: Path) -> None:
    assert FILE.read(tmp_path, dict) is None
    FILE.write(tmp_path / "new", {"step": 3, "weights": torch.arange(4.0)})
    state = FILE.read(tmp_path / "new", dict)
    assert state is not None
    assert state["step"] == 3
    assert torch.equal(state["weights"], torch.arange(4.0))
    assert names(tmp_path / "new") == NAMES
    FILE.forget(tmp_path / "new")
    assert FILE.read(tmp_path / "new", dict) is None
    assert names(tmp_path / "new") == set()


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
    assert names(tmp_path) == NAMES


def test_the_state_before_is_used_where_the_last_one_is_damaged(tmp_path: Path) -> None:
    chance = random.Random(0)
    for _ in range(15):
        for step in (1, 2, 3):
            FILE.write(tmp_path, {"step": step, "weights": torch.full((50,), float(step))})
        assert names(tmp_path) == BOTH
        flip_bit(tmp_path / "walk.pt", chance)
        state = FILE.read(tmp_path, dict)
        assert state is not None
        assert state["step"] == 2
        assert torch.equal(state["weights"], torch.full((50,), 2.0))
        with pytest.raises(DamagedFileError):
            FILE.read(tmp_path, dict, newest=True)
        FILE.forget(tmp_path)


def test_a_kill_between_any_two_steps_of_a_write_leaves_a_whole_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    steps = 0
    for fatal in range(20):
        folder = tmp_path / str(fatal)
        for step in (1, 2):
            FILE.write(folder, {"step": step})
        steps = 0

        def counted(*args: object, original: object, left: int = fatal, **options: object) -> object:
            nonlocal steps
            steps += 1
            if steps > left:
                raise Killed
            return original(*args, **options)  # type: ignore[operator]

        with monkeypatch.context() as patch:
            for owner, name in ((os, "replace"), (os, "fsync"), (Path, "replace")):
                real = getattr(owner, name)
                patch.setattr(owner, name, lambda *a, real=real, **o: counted(*a, original=real, **o))
            try:
                FILE.write(folder, {"step": 3})
                break
            except Killed:
                pass
        state = FILE.read(folder, dict)
        assert state is not None, fatal
        assert state["step"] in (1, 2, 3)
        FILE.write(folder, {"step": 4})
        assert FILE.read(folder, dict) == {"step": 4}
    assert steps > 5, "it was written without a kill at the end"


@pytest.mark.parametrize(
    "damage",
    [b"", b"t", b"half a file", b"nothing that was ever kept", b"\x80\x02garbage", b"PK\x03\x04 half"],
)
@pytest.mark.parametrize("earlier_version", [False, True])
def test_damage_is_said_with_what_helps(tmp_path: Path, damage: bytes, earlier_version: bool) -> None:
    FILE.write(tmp_path, {"step": 1})
    (tmp_path / "walk.pt").write_bytes(damage)
    if earlier_version:
        sums_path(tmp_path / "walk.pt").unlink()
    with pytest.raises(DamagedFileError, match=r"walk\.pt.*walk it again") as error:
        FILE.read(tmp_path, dict)
    assert error.value.path == tmp_path / "walk.pt"


def test_a_state_of_another_kind_is_damage_too(tmp_path: Path) -> None:
    FILE.write(tmp_path, {"step": 1})
    with pytest.raises(DamagedFileError):
        FILE.read(tmp_path, lambda state: state["weights"])


def test_a_checkpoint_of_the_version_before_is_read(tmp_path: Path) -> None:
    checkpoint = Checkpoint(loss_count=3)
    checkpoint.stage_started_at, checkpoint.epochs_without_improvement = {"head": 4}, 2
    checkpoint.write(tmp_path)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    state |= {old: state.pop(new) for old, new in EARLIER_NAMES.items()}
    del state["loss_count"], state["outputs"]
    state["confusion"] = torch.tensor([[1, 1], [0, 1]])
    CheckpointFile("checkpoint.pt", remedy="").write(tmp_path, state)
    assert vars(Checkpoint.read(tmp_path)).keys() == vars(checkpoint).keys()
    assert Checkpoint.read(tmp_path).stage_started_at == {"head": 4}
    assert Checkpoint.read(tmp_path).epochs_without_improvement == 2
    assert Checkpoint.read(tmp_path).loss_count == 3
