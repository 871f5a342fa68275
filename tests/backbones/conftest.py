"""Fixtures: a local model hub, and one that serves a tiny model."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architectures import tiny_folder
from tests.backbones.local_hub import LocalHub, local_hub, talking_to


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    with local_hub() as served, talking_to(served, tmp_path / "cache"):
        yield served


@pytest.fixture
def tiny(hub: LocalHub, tmp_path: Path) -> LocalHub:
    folder = tiny_folder("bert", tmp_path / "served")
    (folder / "pytorch_model.bin").write_bytes(b"never fetched")
    (folder / "modeling.py").write_text("raise SystemExit")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "config.json").write_text("{}")
    hub.folders |= {"ann/tiny": folder, "tiny-legacy": folder}
    return hub
