from collections.abc import Iterator

import pytest

from tests.commands.terminals import Terminal


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path_factory.mktemp("workspace"))
    yield terminal
    assert terminal("stop").returncode == 0
