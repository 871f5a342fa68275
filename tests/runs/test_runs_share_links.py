"""Share links: whose they are, what their tokens open, and until when."""

import time

import pytest
from sqlalchemy import text

from translearn_core.config import DataConfig, ExperimentConfig, TrainingConfig, job_id
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import ProjectConfig
from translearn_core.runs import RunStore, ShareLinks
from translearn_core.runs.personal import share_links
from translearn_core.runs.personal.share_links import (
    SharedComparison,
    SharedProjection,
    SharedRun,
    SharedSettings,
    SharedStudy,
)

CSV = b"text,label\ngood,1\nbad,0\n"


def train(store, owner, seed=0):
    dataset = store.add_dataset(owner, "reviews.csv", {"train": CSV})
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    return store.submit(
        owner, ExperimentConfig(data=data, training=TrainingConfig(seed=seed)), f"seed {seed}"
    )


def test_a_token_opens_its_link_in_another_process_until_it_is_revoked(store, workspace, database_url):
    run = train(store, "ann")
    made = ShareLinks(store).make("ann", SharedRun(run=run.id), run.name)
    again = RunStore(workspace, database_url)
    links = ShareLinks(again)
    assert links.open(made.token) == made
    assert links.find("ann", SharedRun(run=run.id)) == made
    assert links.all("ann") == [made]
    assert links.all("bob") == []
    assert not links.revoke("bob", made.id), "only its owner revokes it"
    assert links.open(made.token) == made
    assert links.revoke("ann", made.id)
    again.close()
    with pytest.raises(NotFoundError) as error:
        ShareLinks(store).open(made.token)
    assert str(error.value) == share_links.NO_LINK


def test_tokens_hold_256_random_bits_and_are_never_given_twice(store):
    subject = SharedRun(run=train(store, "ann").id)
    tokens = {ShareLinks(store).make("ann", subject, "a").token for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}
    assert len(ShareLinks(store).all("ann")) == 1, "a new link to the same thing replaces the earlier one"


@pytest.mark.parametrize(
    "token", ["", "x", "%", "' OR 1=1 --", "a" * 43, "\x00", "a" * 42 + "\x00", "é" * 20, "a" * 100_000]
)
def test_an_unknown_token_opens_nothing(store, token):
    ShareLinks(store).make("ann", SharedRun(run=train(store, "ann").id), "a")
    with pytest.raises(NotFoundError, match="opens nothing"):
        ShareLinks(store).open(token)


def test_a_link_ends_at_its_end(store, monkeypatch):
    run, links = train(store, "ann"), ShareLinks(store)
    made = links.make("ann", SharedRun(run=run.id), "a", ends=time.time() + 60)
    assert links.open(made.token).ends == made.ends
    now = time.time()
    monkeypatch.setattr(share_links.time, "time", lambda: now + 61)
    with pytest.raises(NotFoundError, match="opens nothing"):
        links.open(made.token)
    assert links.find("ann", SharedRun(run=run.id)) is None
    assert [link.ended for link in links.all("ann")] == [True], "it is listed until it is revoked"
    with pytest.raises(ConfigError, match="a later day"):
        links.make("ann", SharedRun(run=run.id), "a", ends=now)


def test_nobody_shares_what_is_somebody_elses(store):
    theirs, mine = train(store, "bob"), train(store, "ann", 1)
    projection = ProjectConfig(job=theirs.job.id, layer=0)
    shown = store.submit("bob", projection)
    assert shown.job.id == job_id(projection)
    unknown = projection.model_copy(update={"job": mine.job.id})
    for subject in (
        SharedRun(run=theirs.id),
        SharedComparison(runs=(mine.id, theirs.id)),
        SharedStudy(study="0" * 16),
        SharedProjection(run=theirs.id, projection=projection, colour="Label"),
        SharedProjection(run=mine.id, projection=unknown, colour="Label"),
    ):
        with pytest.raises(NotFoundError):
            ShareLinks(store).make("ann", subject, "a")
    with pytest.raises(ConfigError):
        ShareLinks(store).make(
            "ann", SharedProjection(run=mine.id, projection=projection, colour="Label"), "another run's"
        )
    assert ShareLinks(store).all("ann") == []


def test_every_kind_of_subject_is_read_as_it_was_written(store):
    run, links = train(store, "ann"), ShareLinks(store)
    projection = ProjectConfig(job=run.job.id, layer=0)
    store.submit("ann", projection)
    for subject in (
        SharedRun(run=run.id),
        SharedComparison(runs=(run.id,)),
        SharedProjection(run=run.id, projection=projection, colour="Label", rows=(1, 3)),
        SharedSettings(experiment=run.job.config),
    ):
        assert links.open(links.make("ann", subject, "a").token).subject == subject


def test_a_link_of_another_version_opens_nothing_and_is_not_listed(store):
    made = ShareLinks(store).make("ann", SharedRun(run=train(store, "ann").id), "a")
    with store.writing() as db:
        db.execute(text("UPDATE share_links SET subject = :s"), {"s": '{"kind": "room"}'})
    assert ShareLinks(store).all("ann") == []
    with pytest.raises(NotFoundError):
        ShareLinks(store).open(made.token)


def test_links_have_a_limit(store, monkeypatch):
    monkeypatch.setattr(share_links, "MOST_LINKS", 1)
    first, second = train(store, "ann"), train(store, "ann", 1)
    ShareLinks(store).make("ann", SharedRun(run=first.id), "a")
    with pytest.raises(ConfigError, match="revoke"):
        ShareLinks(store).make("ann", SharedRun(run=second.id), "b")
