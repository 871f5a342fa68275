"""Finished examples: their results are all there, belong to whoever opens them, and are told from own."""

import json
import zipfile
from pathlib import Path

import pytest

from translearn_core.config import ExperimentConfig
from translearn_core.errors import WorkspaceError
from translearn_core.jobs import PROBE, PROJECTION, SNAPSHOTS, TRAIN
from translearn_core.results import Comparison, Evaluation
from translearn_core.runs import RunStore, State, Studies, Workspace, artifacts, examples
from translearn_core.runs.examples import DEPTH, EXAMPLES, RUN, Example, add_example, example_study

MEGABYTE = 1_000_000


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(Workspace(tmp_path / "workspace"))


@pytest.mark.parametrize(
    "example", [one for one in EXAMPLES if one.available], ids=lambda example: example.key
)
def test_every_result_of_an_example_can_be_read(store: RunStore, example: Example) -> None:
    assert example.path.stat().st_size < 2 * MEGABYTE
    first = add_example(store, "anna", example)
    with zipfile.ZipFile(example.path) as packed:
        listed = json.loads(packed.read(examples.CONTENTS))["jobs"]
    assert first.job.id == listed[0]["id"]
    for job in listed:
        run = store.run("anna", job["id"])
        assert (run.state, run.job.worker) == (State.DONE, examples.WORKER)
        result = artifacts.read(store.workspace.run(run.job.id), run.job.spec.result)
        assert result is not None, f"{job['kind']}: made by another version"
    assert not store.busy(), "nothing is left to compute"


def test_the_run_has_its_history_and_pictures_but_no_weights(store: RunStore) -> None:
    run = add_example(store, "anna", RUN)
    assert isinstance(run.job.config, ExperimentConfig)
    assert run.job.config.freeze.blocks == (4, 5)
    assert len(store.history(run.job.id).epochs) > 1
    for spec in (PROBE, PROJECTION, SNAPSHOTS):
        assert store.runs("anna", spec), spec.title
    assert store.workspace.weights_deleted(run.job.id)
    assert store.workspace.weights(run.job.id) == []
    assert examples.is_example(run)


def test_opened_twice_and_by_two_it_is_one_and_goes_with_the_last(store: RunStore) -> None:
    for owner in ("anna", "ben", "anna"):
        add_example(store, owner, RUN)
    (annas,), (bens,) = store.runs("anna"), store.runs("ben")
    assert annas.job.id == bens.job.id
    assert len(store.datasets("anna")) == 1
    store.delete_run("anna", annas.id)
    folder = store.workspace.run(bens.job.id)
    assert artifacts.read(folder, Evaluation) is not None
    store.delete_run("ben", bens.id)
    assert not folder.exists()


def test_a_training_that_the_store_has_is_left_as_it_is(store: RunStore) -> None:
    config = add_example(store, "anna", RUN).job.config
    store.delete_run("anna", store.runs("anna")[0].id)
    own = store.submit("anna", config, "my own")
    again = add_example(store, "anna", RUN)
    assert (again.id, again.name, again.state) == (own.id, "my own", State.QUEUED)
    assert not examples.is_example(again)


@pytest.mark.skipif(not DEPTH.available, reason="the freeze-depth example is not in this checkout")
def test_the_freeze_depth_curve_is_there_at_once(store: RunStore) -> None:
    study = example_study(store, "anna", DEPTH)
    progress = Studies(store).progress("anna", study.jobs)
    assert progress.state is State.DONE
    comparison_config = study.comparison(progress.done)
    assert comparison_config is not None
    run = store.submit("anna", comparison_config)
    assert run.state is State.DONE
    comparison = artifacts.read(store.workspace.run(run.job.id), Comparison)
    assert comparison is not None
    assert {arm.boundary for arm in comparison.arms} >= {-1, 6}
    assert {one.job.config.kind for one in store.runs("anna")} == {TRAIN.kind}


def test_an_example_of_other_data_is_refused(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(RUN.path) as packed, zipfile.ZipFile(other, "w") as changed:
        contents = json.loads(packed.read(examples.CONTENTS)) | {"dataset": "0" * 64}
        changed.writestr(examples.CONTENTS, json.dumps(contents))
    monkeypatch.setattr(Example, "path", other)
    with pytest.raises(WorkspaceError, match="another version"):
        add_example(store, "anna", RUN)
    monkeypatch.setattr(Example, "path", tmp_path / "missing.zip")
    with pytest.raises(WorkspaceError, match="missing from this installation"):
        add_example(store, "anna", RUN)
    assert store.runs("anna") == []
