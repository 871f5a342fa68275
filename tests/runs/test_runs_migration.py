"""A workspace that version 1 of the schema wrote: everything in it is listed and readable."""

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from translearn_core.config import ExperimentConfig
from translearn_core.jobs import SPECS
from translearn_core.results import Baselines, Estimate, Evaluation, RunSummary
from translearn_core.runs import RunStore, State, Studies, Workspace, artifacts
from translearn_core.runs.database.migration import KINDS

FILE = Path(__file__).with_name("workspace_version_1.zip")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    with zipfile.ZipFile(FILE) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def test_data_sets_runs_and_studies_of_version_1_are_there(workspace: Path) -> None:
    store = RunStore(Workspace(workspace))
    (dataset,) = store.datasets("local")
    assert dataset.name == "old.csv"
    runs = store.runs("local")
    assert [run.state for run in runs] == [State.DONE] * 3
    assert store.unreadable("local") == []
    for run in runs:
        assert isinstance(run.job.config, ExperimentConfig)
        folder = store.workspace.run(run.job.id)
        evaluation, summary = artifacts.read(folder, Evaluation), artifacts.read(folder, RunSummary)
        assert evaluation is not None
        assert summary is not None
        assert evaluation.predictions["score"].isin([0, 1]).all()
        correct = evaluation.predictions["label"] == evaluation.predictions["predicted"]
        assert (evaluation.predictions["score"] == correct).all()
        assert evaluation.confusion.sum() == summary.test.n
        assert (store.history(run.job.id).epochs[-1].validation.keys()) == {"loss", "accuracy", "macro_f1"}
        test = summary.test
        assert test == evaluation.metrics["test"]
        assert test["accuracy"] == Estimate.share(round(test["accuracy"].value * test.n), test.n)
        assert test["macro_f1"].low <= test["macro_f1"].value <= test["macro_f1"].high
    (study,) = Studies(store).all("local")
    assert Studies(store).progress("local", study.jobs).done == study.jobs
    store.close()


def test_results_of_another_shape_are_not_there_rather_than_damaged(
    workspace: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder,) = (path.parent for path in (workspace / "runs").glob("*/baselines"))
    assert artifacts.load(folder, Baselines) is None
    assert caplog.messages == []


def test_kinds_of_jobs_have_their_new_names(workspace: Path) -> None:
    RunStore(Workspace(workspace)).close()
    engine = create_engine(f"sqlite:///{Workspace(workspace).database}")
    with engine.connect() as connection:
        kinds = set(connection.scalars(text("SELECT kind FROM jobs")))
        version = connection.scalar(text("SELECT value FROM meta WHERE key = 'schema'"))
    engine.dispose()
    assert kinds <= set(SPECS)
    assert {"backbone_info", "error_analysis"} <= kinds
    assert version == "2"
    assert set(KINDS.values()) <= set(SPECS)
