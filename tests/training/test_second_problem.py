"""A problem type of another kind, here regression, needs entries in the two tables and no other edit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from torch import Tensor

from tests.training.test_training import experiment, toy
from translearn_core import plots
from translearn_core.activations import Compute
from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.error_analysis.slices import slice_scores
from translearn_core.analysis.intervals import row_score_interval
from translearn_core.backbones import load
from translearn_core.config import (
    ClassWeights,
    DataConfig,
    Device,
    Precision,
    ProblemType,
    Split,
    TargetConfig,
)
from translearn_core.data.dataset import PreparedDataset
from translearn_core.experiment import build
from translearn_core.experiment.evaluation import evaluate
from translearn_core.results import EpochPoint, Estimate, Evaluation, Finding, History
from translearn_core.results.metric import Metric
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.problem import FloatArray, IntArray, Outputs
from translearn_core.tasks.splits import SPLITS
from translearn_core.tasks.task_rows import TaskRows
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs, predict
from translearn_core.transfer.objectives import OBJECTIVES
from translearn_core.worker.diagnostics.label_efficiency import Arm, _levels
from translearn_core.worker.run_results import row_scores

REGRESSION = cast(ProblemType, "regression")


class Regression:
    """A number per row; the score of a row is its negated squared error."""

    type = REGRESSION
    selection = "r2"
    row_metric = "mse"
    constant_name = "mean"

    def encode(
        self, cells: "pd.Series[str]", rows: pd.DataFrame, config: TargetConfig, data: DataConfig
    ) -> tuple[Target, list[Finding]]:
        values = pd.to_numeric(cells).to_numpy(np.float64)
        return Target(config.column, REGRESSION, (config.column,), values), []

    def clean_conflicts(self, state: TaskRows, config: DataConfig) -> TaskRows:
        return state

    clean_rare = clean_conflicts

    def check(self, target: Target, most: int) -> None:
        assert np.isfinite(target.values).all()

    def untrainable(self, target: Target, train: IntArray) -> str | None:
        return None if np.ptp(target.values[train]) else "one number only"

    def finish(self, target: Target) -> Target:
        return target

    def split_findings(self, state: TaskRows) -> list[Finding]:
        return []

    def absent_outputs(self, target: Target, train: IntArray) -> IntArray:
        return np.arange(0)

    def strata(self, target: Target) -> IntArray:
        return np.searchsorted(np.quantile(target.values, [0.25, 0.5, 0.75]), target.values)

    split_strata = strata

    def choose_thresholds(self, target: Target, rows: IntArray, outputs: Outputs) -> Target:
        return target

    def stratum_names(self, target: Target) -> tuple[str, ...]:
        return "lowest", "low", "high", "highest"

    def count_rows(self, target: Target, split: IntArray) -> pd.DataFrame:
        rows = {str(name): [np.count_nonzero(split == k)] for k, name in enumerate(SPLITS)}
        return pd.DataFrame({"label": [target.column]} | rows)

    def caveats(self, counts: pd.DataFrame) -> list[str]:
        return [f"{counts['test'].sum()} numbers."]

    def metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, Estimate]:
        error = row_score_interval(self.row_scores(target, rows, outputs))
        r2 = self.point_metrics(target, rows, outputs)["r2"]
        return {"r2": Estimate(r2, r2, r2), "mse": -error}

    def point_metrics(self, target: Target, rows: IntArray, outputs: Outputs) -> dict[str, float]:
        error = -self.row_scores(target, rows, outputs).mean()
        return {"r2": float(1 - error / target.values[rows].var()), "mse": float(error)}

    def row_scores(self, target: Target, rows: IntArray, outputs: Outputs) -> FloatArray:
        return -np.square(outputs[:, 0].astype(np.float64) - target.values[rows])

    def constant_baseline(self, target: Target, train: IntArray) -> FloatArray:
        return target.values[train].mean(keepdims=True)

    def decode_values(self, target: Target) -> FloatArray:
        return target.values

    def encode_values(self, names: Sequence[str], values: FloatArray) -> FloatArray:
        return np.asarray(values, dtype=np.float64)

    def decode(
        self, names: Sequence[str], outputs: Outputs, thresholds: FloatArray | None = None
    ) -> pd.DataFrame:
        return pd.DataFrame({"predicted": outputs[:, 0].astype(np.float64)})


@dataclass(frozen=True)
class RidgeProbe:
    """Ridge regression with scikit-learn's penalty 1."""

    model: Ridge
    c: float = 1.0

    def predict(self, x: Any) -> Outputs:
        return np.asarray(self.model.predict(x))[:, None]


class RidgeModels:
    """Ridge regression on features and on TF-IDF."""

    def fit_probe(self, x: Any, target: Target, fold: IntArray | None = None, **_: Any) -> RidgeProbe:
        return RidgeProbe(Ridge().fit(x, target.values))

    def predict_tfidf(
        self, train_texts: Sequence[str], target: Target, test_texts: Sequence[str], *, seed: int
    ) -> Outputs:
        words = TfidfVectorizer().fit(train_texts)
        return self.fit_probe(words.transform(train_texts), target).predict(words.transform(test_texts))


class SquaredError:
    """A number per row."""

    max_loss = float("inf")

    def loss(self, outputs: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        losses = (outputs[:, 0] - targets.float()).square()
        return losses if weights is None else losses * weights

    def activate(self, outputs: Tensor) -> Tensor:
        return outputs

    def distillation(self, outputs: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        return (outputs - teacher).square().sum(-1)


@pytest.fixture(autouse=True)
def _regression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROBLEMS, REGRESSION, cast(Any, Regression()))
    monkeypatch.setitem(OBJECTIVES, REGRESSION, SquaredError())


def numbers(data: PreparedDataset) -> Target:
    """Return a number per text: -1 or 1 by its class, and its place among five."""
    values = 2.0 * data.labels - 1 + 0.1 * (np.arange(len(data.labels)) % 5)
    return Target("stars", REGRESSION, ("stars",), values)


def trained(
    tiny: str, weighting: ClassWeights = ClassWeights.NONE
) -> tuple[Checkpoint, Evaluation, PreparedDataset]:
    """Train on numbers and evaluate."""
    data, config = toy(), experiment(tiny, epochs=8)
    target, compute = numbers(data), Compute.choose(Device.CPU, Precision.FLOAT32)
    rows = TrainingRows(
        target, data.split_indices(Split.TRAIN), data.split_indices(Split.VALIDATION), weighting
    )
    model = build(config, load(config.backbone), target, rows.absent).eval()
    inputs = Inputs.of(model.loaded_backbone.examples(data.texts, 32))
    with torch.no_grad(), model.open(inputs) as run:
        model.standardise.fit(model.features(inputs.batch(rows.train), compute, run))
    loop = Loop(model, inputs, rows, config.training, compute)
    loop.run(lambda _: None)
    outputs = predict(model, inputs, np.arange(len(data.texts)), compute)
    assert outputs.logits.shape == (len(data.texts), 1)
    np.testing.assert_array_equal(outputs.predictions, outputs.logits)
    return loop.state, evaluate(outputs, replace(data, targets=(target,)), seed=0), data


@pytest.mark.parametrize("weighting", ClassWeights)
def test_the_loop_selects_by_the_metric_of_the_problem(weighting: ClassWeights, tiny: str) -> None:
    state, _, _ = trained(tiny, weighting)
    history = History((), tuple(p for p in state.history if isinstance(p, EpochPoint)))
    assert history.metrics == ("loss", "r2", "mse")
    scores = [epoch.validation["r2"] for epoch in history.epochs]
    assert scores[-1] > 0.5 > scores[0]
    assert state.best_epoch == 1 + int(np.argmax(scores))
    last = history.epochs[-1]
    assert last.validation["loss"] == pytest.approx(last.validation["mse"], rel=1e-5)
    assert {"train_r2", "train_mse", "validation_r2", "validation_mse"} <= set(history.frame())
    figure = plots.training_curves(history, "r2", lines={"mean": 0.0})
    assert list(next(t for t in figure.data if t.name == "validation").y) == scores
    assert "mean" in {trace.name for trace in figure.data}


def test_evaluation_has_the_scores_and_rows_of_the_problem(tiny: str) -> None:
    _, result, data = trained(tiny)
    test, target = data.split_indices(Split.TEST), numbers(data)
    assert list(result.metrics["test"].scores) == ["r2", "mse"]
    assert result.metrics["test"].headline.value > 0.5
    rows = result.predictions
    assert rows["score"].to_numpy() == pytest.approx(-((rows["predicted"] - target.values) ** 2))
    assert result.metrics["test"].loss == pytest.approx(-rows["score"].to_numpy()[test].mean(), rel=1e-5)
    constant = ((target.values[test] - target.values[data.split_indices(Split.TRAIN)].mean()) ** 2).mean()
    assert result.constant_baseline == pytest.approx(1 - constant / target.values[test].var())
    assert list(result.mistakes(3)) == ["text", "label", "predicted", "row"]
    assert {"r2", "r2 low", "mse", "mse high"} <= set(result.frame())


def test_comparison_slices_and_label_efficiency_take_row_scores(tiny: str) -> None:
    _, result, _ = trained(tiny)
    test = result.predictions[result.predictions["split"] == "test"]
    scores = row_scores(test).to_numpy()
    rows = np.arange(len(scores), dtype=np.uint64)
    better, baseline = (ArmRuns(name, rows, x[None]) for name, x in (("a", scores), ("b", scores - 1.0)))
    (difference,) = differences([better], baseline)
    assert difference is not None
    assert difference.value == pytest.approx(1.0)
    slices = slice_scores((test["label"] > 0).to_numpy(), test["score"].to_numpy())
    assert sum(part.rows * part.score.value for part in slices) == pytest.approx(scores.sum())
    arm = Arm("regression", np.ones((1, 3), dtype=bool), np.stack([scores, scores, scores])[None])
    mean, low, high = _levels(arm, Metric("mse", "MSE", higher_is_better=False))
    assert mean[0] == pytest.approx(-scores.mean())
    assert low[0] < mean[0] < high[0]


def test_the_page_and_report_choose_the_figure_by_problem(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, result, _ = trained(tiny)
    single = plots.OUTPUT_PLOTS[ProblemType.SINGLE_LABEL]

    def scatter(result: Evaluation, dark: bool) -> go.Figure:
        test = result.predictions[result.predictions["split"] == "test"]
        return go.Figure(go.Scatter(x=test["label"], y=test["predicted"]))

    monkeypatch.setitem(
        plots.OUTPUT_PLOTS, REGRESSION, replace(single, draw=scatter, table=lambda r: r.predictions)
    )
    figure = plots.OUTPUT_PLOTS[result.problem].draw(result, False)
    assert len(figure.data[0].x) == result.metrics["test"].n


def test_weights_are_inverse_to_the_size_of_strata() -> None:
    data = toy()
    rows = TrainingRows(numbers(data), np.arange(72), np.arange(0), ClassWeights.BALANCED)
    assert rows.weights is not None
    strata = Regression().strata(rows.target)[:72]
    sums = [float(rows.weights[:72][torch.from_numpy(strata == k)].sum()) for k in np.unique(strata)]
    assert sums == pytest.approx([72 / len(sums)] * len(sums), rel=1e-5)
