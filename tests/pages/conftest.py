"""Fixtures: a real workspace with results, and pages opened with a browser's cookie."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
import streamlit.runtime.context as browser
from filled import Filled
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from visits import ALICE, ROUTER, Alone, Open, script

from pages._ui.server import documentation
from pages._ui.server.owner import COOKIE, owner_of
from translearn_core.config import ExperimentConfig
from translearn_core.config.settings import settings
from translearn_core.engine.status import starting, write_status
from translearn_core.runs import RunStore, Workspace, open_store


@pytest.fixture(scope="session", autouse=True)
def _one_search_for_components() -> Iterator[None]:
    """Search the installed packages for Streamlit components once, not again for every page."""
    search = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", search)
        yield


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Restore the main module, which AppTest replaces and spawned processes would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(autouse=True)
def _no_documentation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Show every page as where the documentation was not built, whether it is here or not."""
    monkeypatch.setattr(documentation, "SITE", tmp_path / "no documentation")


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


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """What `filled` copies, in a workspace that no test changes."""
    filled = Filled(RunStore(Workspace(tmp_path_factory.mktemp("results"))), owner_of(ALICE))
    filled.store.close()
    return filled


@pytest.fixture
def filled(results: Filled, workspace: Path) -> Filled:
    """A workspace in which Alice has a data set and a finished run with every result."""
    st.cache_data.clear()  # the jobs of every copy ended at the same time, which is the cache's key
    open_store().close()
    open_store.cache_clear()
    shutil.copytree(results.store.workspace.root, workspace, dirs_exist_ok=True)
    filled = copy(results)
    filled.store = open_store()
    return filled


@pytest.fixture
def experiment(filled: Filled) -> ExperimentConfig:
    """The settings of Alice's finished run."""
    config = filled.run.job.config
    assert isinstance(config, ExperimentConfig)
    return config


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
            at.switch_page(script(page))
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
