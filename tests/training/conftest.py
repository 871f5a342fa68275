"""A tiny backbone for the training tests."""

import pytest

from tests.architectures import tiny_folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_folder("bert", tmp_path_factory.mktemp("bert")))
