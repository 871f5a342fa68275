from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands.terminals import Terminal


@contextmanager
def opened(workspace: Path) -> Iterator[Terminal]:
    terminal = Terminal(workspace)
    yield terminal
    assert terminal("stop").returncode == 0


@pytest.fixture(scope="package")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A terminal whose engine all test files of this folder share."""
    with opened(tmp_path_factory.mktemp("workspace")) as terminal:
        yield terminal


@pytest.fixture(scope="module")
def own_terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A terminal with an empty workspace."""
    with opened(tmp_path_factory.mktemp("workspace")) as terminal:
        yield terminal
