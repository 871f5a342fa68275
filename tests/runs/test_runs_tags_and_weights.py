"""Tags of runs, and runs whose weights were deleted while their results stay."""

import pytest

from translearn_core.config import DataConfig, DistilConfig, ExperimentConfig, TrainingConfig
from translearn_core.errors import BackboneError, ConfigError, NotFoundError, WorkspaceError
from translearn_core.jobs import PredictConfig
from translearn_core.results.training.run_summary import WEIGHTS_DELETED
from translearn_core.runs import RunTags, State

CSV = b"text,label\ngood,1\nbad,0\n"


def train(store, owner, seed=0, **parts):
    dataset = store.add_dataset(owner, "reviews.csv", {"train": CSV})
    data = DataConfig(dataset=dataset.digest, text="text", label="label")
    training = TrainingConfig(seed=seed)
    return store.submit(owner, ExperimentConfig(data=data, training=training, **parts), f"seed {seed}")


def finish(store, run):
    assert store.begin(run.job.id, "w")
    folder = store.workspace.run(run.job.id)
    for path in ("model/model.json", "checkpoint.pt", "previous-checkpoint.pt", "evaluation/data.json"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("some bytes")
    assert store.finish(run.job.id, State.DONE)
    return folder


def test_tags_belong_to_one_run_of_one_owner_and_go_with_it(store):
    run, other, others = train(store, "ann"), train(store, "ann", 1), train(store, "ben")
    tags = RunTags(store)
    tags.set("ann", run.id, ["  baseline ", "for  the talk", "baseline", ""])
    tags.set("ben", others.id, ["mine"])
    assert tags.all("ann") == {run.id: ("baseline", "for the talk")}
    tags.set("ann", run.id, ["final"])
    assert tags.all("ann") == {run.id: ("final",)}
    with pytest.raises(NotFoundError):
        tags.set("ann", others.id, ["x"])
    with pytest.raises(ConfigError, match="40"):
        tags.set("ann", run.id, ["x" * 41])
    store.delete_run("ann", run.id)
    assert tags.all("ann") == {}
    assert store.run("ann", other.id)
    assert tags.all("ben") == {others.id: ("mine",)}


def test_weights_go_and_results_stay(store):
    from translearn_core.transfer import load_trained

    run = train(store, "ann")
    folder = finish(store, run)
    before = store.workspace.weights_disk_usage(run.job.id)
    assert before == 3 * len("some bytes")
    store.delete_weights("ann", run.id)
    assert sorted(path.name for path in folder.iterdir()) == ["evaluation", "weights_deleted"]
    assert store.workspace.weights_deleted(run.job.id)
    with pytest.raises(BackboneError) as error:
        load_trained(folder)
    assert str(error.value) == WEIGHTS_DELETED
    assert store.recompute("ann", run.id)
    finish(store, run)
    assert not store.workspace.weights_deleted(run.job.id)


def test_weights_that_something_needs_stay(store):
    run = train(store, "ann")
    with pytest.raises(WorkspaceError, match="is not finished"):
        store.delete_weights("ann", run.id)
    folder = finish(store, run)
    student = train(store, "ann", 1, distil=DistilConfig(teacher=run.job.id))
    with pytest.raises(WorkspaceError, match="'seed 1' is not finished"):
        store.delete_weights("ann", run.id)
    finish(store, student)
    question = store.submit("ann", PredictConfig(job=run.job.id, texts=("good",)))
    with pytest.raises(WorkspaceError, match="'predict' is not finished"):
        store.delete_weights("ann", run.id)
    assert store.begin(question.job.id, "w")
    assert store.finish(question.job.id, State.DONE)
    train(store, "ben")
    with pytest.raises(WorkspaceError, match="Somebody else"):
        store.delete_weights("ann", run.id)
    assert (folder / "model").exists()


def test_an_older_database_gets_the_table_of_tags(workspace):
    from sqlalchemy import text

    from translearn_core.runs import RunStore

    first = RunStore(workspace)
    run = train(first, "ann")
    with first.writing() as db:
        db.execute(text("DROP TABLE run_tags"))
    first.close()
    again = RunStore(workspace)
    RunTags(again).set("ann", run.id, ["kept"])
    assert RunTags(again).all("ann") == {run.id: ("kept",)}
    again.close()
