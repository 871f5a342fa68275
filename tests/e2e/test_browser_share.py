"""A share link in a browser without the owner's cookie: it opens one run, and no other address helps."""

from collections.abc import Callable, Iterator

import pytest

from pages._ui.shell.navigation import PAGES
from tests.e2e.house import Server, Trained, Visitor, expect, settled
from tests.waiting import ended
from translearn_core.config import DataConfig, ExperimentConfig, TrainingConfig
from translearn_core.data import sample_bytes
from translearn_core.runs import ShareLinks
from translearn_core.runs.personal.share_links import NO_LINK, SharedRun

pytestmark = pytest.mark.browser

SECRET = "a secret run"


@pytest.fixture
def token(server: Server, trained: Trained) -> Iterator[str]:
    """The token of a link to one run; while the test runs its owner has another, stopped."""
    owner = trained.run.owner
    files = {"train": sample_bytes("tickets") + b"a row more,damaged_item\n"}
    dataset = server.store.add_dataset(owner, "secret.csv", files, server.settings)
    data = DataConfig(dataset=dataset.digest, text="text", label="intent")
    run = server.store.submit(owner, ExperimentConfig(data=data, training=TrainingConfig(seed=99)), SECRET)
    server.store.request_stop(owner, run.id)
    yield ShareLinks(server.store).make(owner, SharedRun(run=trained.run.id), "shown").token
    ended(server.store, run)
    server.store.delete_run(owner, run.id)
    server.store.delete_dataset(owner, dataset.id)


def test_a_link_shows_its_run_and_nothing_else_of_its_owner(
    server: Server, trained: Trained, token: str, visit: Callable[..., Visitor]
) -> None:
    visitor, asked = visit(), set[str]()
    visitor.context.on("request", lambda request: asked.add(request.url))
    tab = visitor.open("shared", link=token)
    expect(tab.get_by_role("heading", level=1)).to_have_text(trained.run.name)
    expect(tab.get_by_role("tab", name="How good is it?")).to_be_visible()
    settled(tab)
    assert SECRET not in tab.content()
    assert server.owner(visitor.context) != trained.run.owner
    for page in PAGES:
        there = visitor.open(page, run=trained.run.id, link=token)
        settled(there)
        for word in (SECRET, "secret.csv", trained.run.name):
            expect(there.get_by_test_id("stApp")).not_to_contain_text(word)
        there.close()
    run = trained.run
    for address in (f"taken/{run.id}/model.zip", f"reports/{run.id}", f"media/{run.job.id}.csv"):
        answer = visitor.context.request.get(f"{server.url}/{address}?link={token}")
        assert answer.status == 404, address
        assert SECRET not in answer.text()
    for address in asked:
        if "/media/" in address:
            assert SECRET.encode() not in visitor.context.request.get(address).body(), address

    ShareLinks(server.store).revoke(run.owner, ShareLinks(server.store).open(token).id)
    tab.reload()
    expect(tab.get_by_test_id("stAlertContentError")).to_contain_text(NO_LINK)
    expect(tab.get_by_test_id("stMain")).not_to_contain_text(run.name)
