"""Fixtures: a real workspace with results, and pages opened with a browser's cookie."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit.runtime.context as browser
from filled import Filled
from streamlit.testing.v1 import AppTest
from visits import ALICE, ROUTER, Alone, Open

from pages._ui.server.owner import COOKIE, owner_of
from translearn_core.config.settings import settings
from translearn_core.engine.status import starting, write_status
from translearn_core.runs import open_store


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Restore the main module, which AppTest replaces and spawned processes would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty workspace with this process as its engine, so that no page starts one."""
    monkeypatch.setenv("TRANSLEARN_WORKSPACE", str(tmp_path))
    settings.cache_clear()
    open_store.cache_clear()
    open_store()
    write_status(settings(), starting(os.getpid()))
    yield tmp_path
    settings.cache_clear()
    open_store.cache_clear()


@pytest.fixture
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for backbones, outside of the workspace."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def filled(workspace: Path) -> Filled:
    """A workspace in which Alice has a data set and a finished run with every result."""
    return Filled(open_store(), owner_of(ALICE))


@pytest.fixture
def visit(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page as the browser that holds `token`."""

    def opened(page: str, token: str | None = ALICE, **params: str) -> AppTest:
        cookies = {COOKIE: token} if token else {}
        monkeypatch.setattr(
            browser, "_get_client_context", lambda: SimpleNamespace(cookies=cookies, headers=[])
        )
        at = AppTest.from_file(str(ROUTER), default_timeout=30)
        at.run()
        if page != "home":
            for name, value in params.items():
                at.query_params[name] = value
            at.switch_page(f"../../{page}.py")
            at.run()
        assert not at.exception, at.exception
        return at

    return opened


@pytest.fixture
def alone(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Alone:
    """Run one function as a page in Alice's browser."""

    def drawn(part: Callable[[], None]) -> AppTest:
        monkeypatch.setattr(
            browser, "_get_client_context", lambda: SimpleNamespace(cookies={COOKIE: ALICE}, headers=[])
        )
        at = AppTest.from_function(part, default_timeout=30).run()
        assert not at.exception, at.exception
        return at

    return drawn
