"""What is whose, and what outlives what: another browser's link, and a server that dies under a training."""

import signal
from collections.abc import Callable

import pytest

from pages._ui.server.owner import new_token, owner_of
from tests.e2e.house import Server, Trained, Visitor, expect, keyed, sound, title
from tests.waiting import until
from translearn_core.config import DataConfig, ExperimentConfig, FreezePlan, TrainingConfig
from translearn_core.data import sample_bytes
from translearn_core.engine import engine_status, ensure_engine

pytestmark = pytest.mark.browser


def test_a_link_opens_for_its_owner_and_for_nobody_else(
    trained: Trained, visit: Callable[..., Visitor]
) -> None:
    own = visit(trained.token).open("results", run=trained.run.id)
    expect(own.get_by_test_id("stMetric").filter(has_text="Test accuracy")).to_be_visible()
    sound(own)

    stranger = visit()
    for page in ("results", "run", "predict"):
        tab = stranger.open(page, run=trained.run.id)
        expect(tab.get_by_test_id("stAlertContentError")).to_contain_text("no such run in your workspace")
        expect(tab.get_by_test_id("stApp")).not_to_contain_text(trained.run.name)
        expect(tab.get_by_test_id("stMetric")).to_have_count(0)
        tab.close()


def test_a_training_outlives_the_server(server: Server, visit: Callable[..., Visitor]) -> None:
    token = new_token()
    owner, store = owner_of(token), server.store
    dataset = store.add_dataset(owner, "tickets.csv", {"train": sample_bytes("tickets")}, server.settings)
    config = ExperimentConfig(
        data=DataConfig(dataset=dataset.digest, text="text", label="intent"),
        freeze=FreezePlan.last_n(1, 6),
        training=TrainingConfig(epochs=300, patience=None, seed=8),
    )
    run = store.submit(owner, config, "a long one")
    ensure_engine(server.settings)
    until(lambda: store.history(run.job.id).epochs)
    tab = visit(token).open("run", run=run.id)
    expect(keyed(tab, "stop")).to_be_visible()
    engine = engine_status(server.settings).pid

    server.end(signal.SIGKILL)
    before = len(store.history(run.job.id).epochs)
    until(lambda: len(store.history(run.job.id).epochs) > before)
    server.start()

    expect(keyed(tab, "stop")).to_be_visible()
    tab.reload()
    title(tab, "run")
    stop = keyed(tab, "stop").get_by_role("button")
    expect(stop).to_be_enabled()
    assert engine_status(server.settings).pid == engine, "the new server found the engine again"
    stop.click()
    expect(keyed(tab, "resume")).to_be_visible()
    expect(tab.get_by_test_id("stMain")).to_contain_text("Stopped")
    sound(tab)
