"""`translearn runs` lists and deletes a run that this version cannot read."""

import json

from tests.commands.terminals import TICKETS, Terminal, refused
from translearn_core.config import DataConfig, ExperimentConfig, TrainingConfig
from translearn_core.runs import LOCAL, UNREADABLE, RunStore, Workspace
from translearn_core.runs.database.schema import jobs


def test_a_run_that_cannot_be_read_is_listed_and_deleted(own_terminal: Terminal) -> None:
    store = RunStore(Workspace(own_terminal.workspace))
    files = {"train": TICKETS.read_bytes()}
    data = DataConfig(
        dataset=store.add_dataset(LOCAL, "tickets.csv", files).digest, text="text", label="intent"
    )
    old, good = (
        store.submit(LOCAL, ExperimentConfig(data=data, training=TrainingConfig(seed=seed)), f"seed {seed}")
        for seed in (0, 1)
    )
    with store.writing() as db:
        db.execute(jobs.update().where(jobs.c.id == old.job.id).values(config='{"clip": null}'))
    store.close()
    listed = json.loads(own_terminal("runs", "--json").stdout)["runs"]
    assert {(one["run"], one["state"]) for one in listed} == {(good.id, "queued"), (old.id, "unreadable")}
    assert next(one["reason"] for one in listed if one["run"] == old.id) == UNREADABLE
    shown = own_terminal("runs").stdout
    assert UNREADABLE in shown
    assert old.id in shown
    left = own_terminal("runs", "--delete", old.id, "--json")
    assert [one["run"] for one in json.loads(left.stdout)["runs"]] == [good.id]
    assert "no such run" in refused(own_terminal("runs", "--delete", old.id))


def test_runs_are_tagged_and_searched(own_terminal: Terminal) -> None:
    store = RunStore(Workspace(own_terminal.workspace))
    digest = store.add_dataset(LOCAL, "tickets.csv", {"train": TICKETS.read_bytes()}).digest
    data = DataConfig(dataset=digest, text="text", label="intent")
    for seed in (0, 1):
        config = ExperimentConfig(data=data, training=TrainingConfig(seed=seed))
        store.submit(LOCAL, config, f"seed {seed}")
    store.close()
    tagged = own_terminal("runs", "--tag", "seed 1=for the talk,final", "--search", "TALK", "--json")
    (one,) = json.loads(tagged.stdout)["runs"]
    assert (one["name"], one["tags"], one["weights_deleted"]) == ("seed 1", ["final", "for the talk"], False)
    assert "final, for the talk" in own_terminal("runs").stdout
    assert len(json.loads(own_terminal("runs", "--tag", "seed 1=", "--json").stdout)["runs"]) == 2
    assert "RUN=TAG" in refused(own_terminal("runs", "--tag", "seed 1"))
    assert "not finished" in refused(own_terminal("runs", "--delete-weights", "seed 1"))
