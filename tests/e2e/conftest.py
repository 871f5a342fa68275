"""One server for all, visitors that may talk to this machine only, and one finished run.

What needs playwright is imported inside: without it the tests are skipped, and this file must still load.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from pages._ui.server.owner import new_token, owner_of
from tests.waiting import ended
from translearn_core.config import DataConfig, ExperimentConfig, TrainingConfig
from translearn_core.data import sample_bytes
from translearn_core.engine import ensure_engine, stop_engine
from translearn_core.runs import State

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.house import Server, Trained, Visitor

FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
"""Without the last two, pictures drawn with WebGL stay blank."""


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Server]":
    """The app on an empty workspace; at the end it and its engine are stopped."""
    from tests.e2e.house import Server

    house = Server(tmp_path_factory.mktemp("house") / "workspace")
    try:
        house.start()
        yield house
    finally:
        house.end()
        stop_engine(house.settings)
        house.store.close()


@pytest.fixture(scope="package")
def chromium() -> "Iterator[Browser]":
    """A browser without a window."""
    from playwright.sync_api import expect, sync_playwright

    from tests.e2e.house import CHROMIUM, WAIT

    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(server: "Server", chromium: "Browser") -> "Iterator[Callable[..., Visitor]]":
    """Make visitors, each with a cookie of their own; fails if one of them talked to another machine."""
    from tests.e2e.house import Visitor

    visitors: list[Visitor] = []

    def come(
        token: str | None = None, *, width: int = 1280, scheme: str = "light", at: "Server" = server
    ) -> Visitor:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        if token is not None:
            context.add_cookies([at.cookie(token)])
        visitors.append(Visitor(context, at.url))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert set().union(*(visitor.hosts for visitor in visitors)) <= {"127.0.0.1"}


@pytest.fixture(scope="package")
def trained(server: "Server") -> "Trained":
    """A run of the support tickets with a new head alone, done by the engine."""
    from tests.e2e.house import Trained

    token = new_token()
    owner, store = owner_of(token), server.store
    dataset = store.add_dataset(owner, "tickets.csv", {"train": sample_bytes("tickets")}, server.settings)
    config = ExperimentConfig(
        data=DataConfig(dataset=dataset.digest, text="text", label="intent"),
        training=TrainingConfig(epochs=2, seed=7),
    )
    run = store.submit(owner, config, "tickets, head only")
    ensure_engine(server.settings)
    run = ended(store, run)
    assert run.state is State.DONE, run.job.reason
    return Trained(token, run)
