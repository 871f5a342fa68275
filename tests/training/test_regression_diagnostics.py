"""Diagnostics of regression: label efficiency and training snapshots."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from tests.training.test_regression_training import numbers
from tests.training.test_training import experiment, toy
from translearn_core import plots
from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import load
from translearn_core.config import (
    DataConfig,
    Device,
    ExperimentConfig,
    Precision,
    ProblemType,
    Split,
    TargetConfig,
    job_id,
)
from translearn_core.config.settings import Settings
from translearn_core.data import PreparedDataset, prepare
from translearn_core.experiment import run_experiment
from translearn_core.jobs import LABEL_EFFICIENCY, SNAPSHOTS, LabelEfficiencyArm, SnapshotsConfig, spec_of
from translearn_core.reporting.diagnostics.label_efficiency import section
from translearn_core.reporting.report_data import ReportData
from translearn_core.results import Evaluation, LabelEfficiency, Snapshots
from translearn_core.results.diagnostics.baselines import FROZEN, WORDS
from translearn_core.runs import RunStore, Workspace, artifacts
from translearn_core.runs.studies.label_efficiency import label_efficiency_config
from translearn_core.training.snapshots import snapshots
from translearn_core.transfer import load_fine_tuned
from translearn_core.worker.data_loading import load_prepared, load_table
from translearn_core.worker.diagnostics.few_labels.label_efficiency import measure_label_efficiency
from translearn_core.worker.diagnostics.forgetting.task_retention import measure_task_retention
from translearn_core.worker.diagnostics.snapshots import score_snapshots

SIZES, SEEDS = (12, 24), (0, 1)
OWN = "own settings"


class Workbench:
    """A workspace with a table of numbers, in which trainings and diagnostics run without a queue."""

    def __init__(self, root: Path, tiny: str) -> None:
        self.workspace, texts = Workspace(root), toy()
        table = pd.DataFrame({"text": texts.texts, "stars": numbers(texts).values})
        files = {"train": table.to_csv(index=False).encode()}
        digest = RunStore(self.workspace).add_dataset("me", "stars.csv", files, Settings()).digest
        target = TargetConfig(column="stars", problem=ProblemType.REGRESSION)
        data = DataConfig(dataset=digest, text="text", label="stars")
        self.data = data.model_copy(update={"targets": (target,)})
        self.config = experiment(tiny).model_copy(update={"data": self.data})
        self.trained: dict[str, ExperimentConfig] = {}

    def train(self, seed: int, rows: int | None = None) -> str:
        """Train on some rows; return the job's id."""
        fewer = {} if rows is None else {"train_rows": rows, "subset_seed": seed}
        training = self.config.training.model_copy(update={"seed": seed})
        data = self.data.model_copy(update=fewer)
        config = self.config.model_copy(update={"training": training, "data": data})
        cache = ActivationCache(self.workspace.activations, 10**9)
        table, job = load_table(self.workspace, data.dataset), job_id(config)
        self.trained[job] = config
        run_experiment(
            config, lambda: prepare(table, data), self.workspace.run(job),
            store=cache, report=lambda *_: None, record=lambda _: None,
        )  # fmt: skip
        return job

    def do(self, handler: Callable[[Any], None], config: Any) -> Path:
        """Execute a diagnostic; return its folder."""
        folder = self.workspace.run(job_id(config))
        folder.mkdir(parents=True)
        handler(self.context(config, folder))
        return folder

    def context(self, config: Any = None, folder: Path | None = None) -> Any:
        """Return the context of a job."""
        store = SimpleNamespace(
            workspace=self.workspace, job=lambda job: SimpleNamespace(config=self.trained[job])
        )
        job = SimpleNamespace(spec=spec_of(config) if config else None)
        return SimpleNamespace(
            config=config, job=job, store=store, folder=folder, warm={}, report=lambda *_, **__: None,
            result=lambda job, kind: artifacts.load(self.workspace.run(job), kind),
        )  # fmt: skip

    def evaluation(self, job: str) -> Evaluation:
        """Return the evaluation of a run."""
        result = artifacts.load(self.workspace.run(job), Evaluation)
        assert result is not None
        return result


@pytest.fixture
def workbench(tmp_path: Path, tiny: str) -> Workbench:
    return Workbench(tmp_path, tiny)


def error_of_mean(prepared: PreparedDataset, train: np.ndarray, test: np.ndarray) -> float:
    """Return the test error of the mean of the training values."""
    values = prepared.target.values
    return float(np.abs(values[test] - values[train].mean()).mean())


def test_label_efficiency_is_in_the_metric_of_the_row_scores(workbench: Workbench) -> None:
    jobs = tuple(workbench.train(seed, SIZES[0]) for seed in SEEDS)
    arm = LabelEfficiencyArm(name=OWN, rows=SIZES[0], jobs=jobs)
    config = label_efficiency_config(
        workbench.config, SIZES, SEEDS, balanced=False, arms=(arm,), reference_size=SIZES[0]
    )
    curve = artifacts.load(workbench.do(measure_label_efficiency, config), LabelEfficiency)
    assert curve is not None
    assert LABEL_EFFICIENCY.unsupported(workbench.config) == ""
    assert (curve.metric, curve.names) == ("mae", (WORDS, FROZEN, OWN))
    prepared = load_prepared(workbench.workspace, workbench.data)
    train, test = (prepared.split_indices(split) for split in (Split.TRAIN, Split.TEST))
    assert curve.constant_baseline == pytest.approx(error_of_mean(prepared, train, test))
    assert (curve.mean[0] < curve.constant_baseline).all()
    assert (curve.scores[:2] > 0).all()
    errors = [workbench.evaluation(job).metrics["test"]["mae"].value for job in jobs]
    np.testing.assert_allclose(curve.scores[2, 0], errors, rtol=1e-5)
    scored = np.isfinite(curve.mean)
    assert scored.tolist() == [[True, True], [True, True], [True, False]]
    assert (curve.low[scored] < curve.mean[scored]).all()
    assert (curve.mean[scored] < curve.high[scored]).all()
    assert {"MAE", "low", "high"} <= set(curve.frame())
    (first, *_), (_, reach) = curve.reaches, curve.reaches
    assert (first.better, first.worse) == (OWN, WORDS)
    assert reach.score == pytest.approx(curve.mean[1, 0])


def test_label_efficiency_is_drawn_and_reported_in_its_metric(workbench: Workbench) -> None:
    config = label_efficiency_config(workbench.config, SIZES, SEEDS, balanced=False)
    curve = artifacts.load(workbench.do(measure_label_efficiency, config), LabelEfficiency)
    assert curve is not None
    figure = plots.label_efficiency(curve)
    assert "MAE" in figure.layout.yaxis.title.text
    assert any(trace.name.startswith("mean ") for trace in figure.data)
    (block,) = section(curve, ReportData("a run")).blocks
    assert "MAE" in block.table.frame
    assert block.table.fractions == ()


def test_snapshots_are_scored_and_coloured_by_stratum(workbench: Workbench) -> None:
    job = workbench.train(0)
    result = artifacts.load(workbench.do(score_snapshots, SnapshotsConfig(job=job, layer=3)), Snapshots)
    assert result is not None
    assert SNAPSHOTS.unsupported(workbench.config) == ""
    rows = workbench.evaluation(job).predictions.iloc[result.index]
    values = rows["label"].to_numpy()
    means = [values[result.label == k].mean() for k in range(len(result.classes))]
    assert means == sorted(means)
    train, test = (np.flatnonzero(rows["split"] == split) for split in (Split.TRAIN, Split.TEST))
    constant = np.abs(values[test] - values[train].mean()).mean()
    assert (result.metric, result.constant_baseline) == ("mae", pytest.approx(constant))
    checkpoints = snapshots(workbench.workspace.run(job))
    for moment, layer in ((0, 0), (len(checkpoints) - 1, 3)):
        x = checkpoints[moment].vectors[layer].astype(np.float64)
        scaler = StandardScaler().fit(x[train])
        ridge = Ridge(alpha=1 / result.c[moment, layer]).fit(scaler.transform(x[train]), values[train])
        error = np.abs(ridge.predict(scaler.transform(x[test])) - values[test]).mean()
        assert result.score[moment, layer] == pytest.approx(error, rel=1e-3)
    assert ((result.purity >= 0) & (result.purity <= 1)).all()
    assert {"probe MAE", "label agreement"} <= set(result.frame())
    figure = plots.snapshot_animation(result)
    assert figure.layout.yaxis2.title.text == "probe MAE"


def test_an_earlier_task_keeps_its_metric(workbench: Workbench) -> None:
    job = workbench.train(0)
    other = workbench.data.model_copy(update={"dataset": "another"})
    later = workbench.config.model_copy(update={"data": other})
    pretrained = load(later.backbone)
    trained = load_fine_tuned(workbench.workspace.run(job)).model.loaded_backbone
    task = measure_task_retention(
        workbench.context(), job, later, pretrained, trained,
        Compute.choose(Device.CPU, Precision.FLOAT32), 0,
    )  # fmt: skip
    error = workbench.evaluation(job).metrics["test"]["mae"]
    assert (task.name, task.metric) == ("stars", "mae")
    assert task.before.value == pytest.approx(error.value)
    assert task.with_old_head is not None
    assert task.with_old_head.value == pytest.approx(error.value, rel=1e-3), "its own backbone"
    assert task.lost.value == pytest.approx(task.pretrained.value - task.refit_head.value, rel=1e-4)
    assert not task.lost.shares
    assert "MAE" in task.sentence
