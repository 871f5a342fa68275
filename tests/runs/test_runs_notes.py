"""Notes: one line for each figure of a run or study, by owner; they go with the run."""

import pytest

from translearn_core.config import DataConfig, ExperimentConfig, TrainingConfig
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.runs import Notes, RunStore, ShareLinks
from translearn_core.runs.personal import notes as limits
from translearn_core.runs.personal.share_links import SharedComparison, SharedRun


def train(store, owner, seed=0):
    dataset = store.add_dataset(owner, "reviews.csv", {"train": b"text,label\ngood,1\nbad,0\n"})
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    config = ExperimentConfig(data=data, training=TrainingConfig(seed=seed))
    return store.submit(owner, config, f"seed {seed}")


def test_each_owner_has_one_line_for_a_figure(store, workspace, database_url):
    run, theirs, kept = train(store, "ann"), train(store, "bob"), Notes(store)
    kept.set("ann", run.id, "Probes: lines", "  first \n line ")
    kept.set("ann", run.id, "Probes: lines", "the <b>middle</b> layers\nare best")
    kept.set("bob", theirs.id, "Probes: lines", "his own")
    again = RunStore(workspace, database_url)
    assert Notes(again).all("ann", run.id) == {"Probes: lines": "the <b>middle</b> layers are best"}
    assert Notes(again).all("ann", theirs.id) == {}
    again.close()
    with pytest.raises(NotFoundError):
        kept.set("ann", theirs.id, "Probes: lines", "x")
    kept.set("ann", run.id, "Probes: lines", "  ")
    assert kept.all("ann", run.id) == {}


def test_notes_have_limits(store, monkeypatch):
    run, kept = train(store, "ann"), Notes(store)
    with pytest.raises(ConfigError, match="500"):
        kept.set("ann", run.id, "a", "x" * 501)
    monkeypatch.setattr(limits, "MOST_NOTES", 1)
    kept.set("ann", run.id, "a", "x")
    kept.set("ann", run.id, "a", "y")
    with pytest.raises(ConfigError, match="fewer"):
        kept.set("ann", run.id, "b", "x")


def test_notes_and_links_go_with_their_run(store):
    run, other = train(store, "ann"), train(store, "ann", 1)
    for one in (run, other):
        Notes(store).set("ann", one.id, "a", "x")
    links = ShareLinks(store)
    links.make("ann", SharedRun(run=run.id), "gone")
    links.make("ann", SharedComparison(runs=(run.id, other.id)), "gone too")
    stays = links.make("ann", SharedRun(run=other.id), "stays")
    store.delete_run("ann", run.id)
    assert Notes(store).all("ann", run.id) == {}
    assert Notes(store).all("ann", other.id) == {"a": "x"}
    assert links.all("ann") == [stays]
