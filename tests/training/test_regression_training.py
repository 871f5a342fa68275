"""Training on numbers: units, loss, selection, evaluation, resumption; a problem type from outside."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from torch import nn

from tests.training.test_training import experiment, toy
from translearn_core import plots
from translearn_core.activations import ActivationCache, Compute
from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.error_analysis.slices import slice_scores
from translearn_core.analysis.intervals import row_score_interval
from translearn_core.backbones import load
from translearn_core.config import (
    ClassWeights,
    Device,
    ExperimentConfig,
    HeadConfig,
    HeadKind,
    Precision,
    ProblemType,
    RegressionLoss,
    Split,
)
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import Stopped
from translearn_core.experiment import build, run_experiment
from translearn_core.experiment.evaluation import evaluate
from translearn_core.results import EpochPoint, Evaluation, History
from translearn_core.results.metric import metric_of
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.numbers.regression import Regression
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs, load_fine_tuned, predict
from translearn_core.transfer.heads import ScaledLinear
from translearn_core.transfer.objectives import OBJECTIVES, RegressionError
from translearn_core.worker.diagnostics.few_labels.label_efficiency import Arm, _levels
from translearn_core.worker.run_results import row_scores

OUTSIDE = cast(ProblemType, "rating")


def numbers(data: PreparedDataset, problem: ProblemType = ProblemType.REGRESSION) -> Target:
    """Return a number per text, 700 or 900 by its class plus its place among five: no neural unit."""
    values = 700.0 + 200.0 * data.labels + 10.0 * (np.arange(len(data.labels)) % 5)
    return Target("stars", problem, ("stars",), values)


def prepared(problem: ProblemType = ProblemType.REGRESSION) -> PreparedDataset:
    """Return texts with numbers."""
    data = toy()
    return replace(data, targets=(numbers(data, problem),))


def trained(
    tiny: str, problem: ProblemType = ProblemType.REGRESSION, **chosen: Any
) -> tuple[Checkpoint, Evaluation, PreparedDataset]:
    """Train on numbers and evaluate; `chosen` are fields of `TrainingRows`."""
    data, config = prepared(problem), experiment(tiny, epochs=8)
    target, compute = data.target, Compute.choose(Device.CPU, Precision.FLOAT32)
    rows = TrainingRows(
        target, data.split_indices(Split.TRAIN), data.split_indices(Split.VALIDATION), **chosen
    )
    model = build(config, load(config.backbone), target, rows.train).eval()
    inputs = Inputs.of(model.loaded_backbone.examples(data.texts, 32))
    with torch.no_grad(), model.open(inputs) as run:
        model.standardise.fit(model.features(inputs.batch(rows.train), compute, run))
    loop = Loop(model, inputs, rows, config.training, compute)
    loop.run(lambda _: None)
    outputs = predict(model, inputs, np.arange(len(data.texts)), compute)
    assert outputs.logits.shape == (len(data.texts), 1)
    np.testing.assert_array_equal(outputs.predictions, outputs.logits)
    return loop.state, evaluate(outputs, data, rows.objective, seed=0), data


def standard_deviation(data: PreparedDataset) -> float:
    return float(data.target.values[data.split_indices(Split.TRAIN)].std())


@pytest.mark.parametrize("weighting", ClassWeights)
def test_the_loop_selects_by_correlation(weighting: ClassWeights, tiny: str) -> None:
    state, _, _ = trained(tiny, weighting=weighting)
    history = History((), tuple(p for p in state.history if isinstance(p, EpochPoint)))
    assert history.metrics == ("loss", "pearson", "spearman", "mae", "r2")
    scores = [epoch.validation["pearson"] for epoch in history.epochs]
    assert max(scores) > 0.9
    assert state.best_epoch == 1 + int(np.argmax(scores))
    assert {"train_r2", "train_mae", "validation_r2", "validation_mae"} <= set(history.frame())
    figure = plots.training_curves(history, "pearson", lines={"mean": 0.0})
    assert list(next(t for t in figure.data if t.name == "validation").y) == scores
    assert "mean" in {trace.name for trace in figure.data}


@pytest.mark.parametrize("loss", RegressionLoss)
def test_losses_are_of_errors_in_standard_deviations(loss: RegressionLoss, tiny: str) -> None:
    _, result, data = trained(tiny, regression_loss=loss)
    test = result.predictions[result.predictions["split"] == "test"]
    errors = torch.tensor(((test["predicted"] - test["label"]) / standard_deviation(data)).to_numpy())
    reference = {RegressionLoss.MSE: nn.MSELoss(), RegressionLoss.HUBER: nn.HuberLoss()}[loss]
    assert result.metrics["test"].loss == pytest.approx(
        float(reference(errors, torch.zeros_like(errors))), rel=1e-4
    )
    assert result.metrics["test"]["r2"].value > 0.5


def test_evaluation_has_scores_in_the_units_of_the_column(tiny: str) -> None:
    _, result, data = trained(tiny)
    test = data.split_indices(Split.TEST)
    assert list(result.metrics["test"].scores) == ["pearson", "spearman", "mae", "r2"]
    rows = result.predictions
    np.testing.assert_allclose(rows["score"], -np.abs(rows["predicted"] - data.target.values))
    assert result.metrics["test"]["mae"].value == pytest.approx(-rows["score"].to_numpy()[test].mean())
    assert result.metrics["test"]["mae"].value < 60, "units, where the standard deviation is 100"
    assert result.constant_baseline == 0.0
    mistakes = result.mistakes(3)
    assert list(mistakes) == ["text", "label", "predicted", "row"]
    errors = (mistakes["label"] - mistakes["predicted"]).abs()
    assert errors.iloc[0] == pytest.approx(-rows["score"].to_numpy()[test].min())
    frame = result.frame()
    assert {"Pearson's r", "MAE high", "R² low"} <= set(frame)


def test_losses_are_the_same_in_every_unit() -> None:
    values, features = prepared().target.values, torch.randn(3, 4)
    losses = []
    for scale, shift in ((1, 0), (1000, 5)):
        units = torch.tensor(scale * values - shift)
        output = ScaledLinear(4, 1)
        torch.nn.init.constant_(output.weight, 0.3)
        torch.nn.init.zeros_(output.bias)
        output.fit(units)
        assert output.scale.item() == pytest.approx(scale * values.std())
        objective = RegressionError().fit(units, RegressionLoss.HUBER)
        losses.append(objective.loss(output(features), units[:3]))
    torch.testing.assert_close(*losses, rtol=1e-4, atol=1e-5)


def test_gradients_of_the_losses_are_numerically_right() -> None:
    outputs = torch.tensor([[0.3], [5.0], [-2.0]], dtype=torch.float64, requires_grad=True)
    targets = torch.tensor([0.0, 1.0, 0.5], dtype=torch.float64)
    for loss in RegressionLoss:
        objective = RegressionError(scale=1.7, kind=loss)
        assert torch.autograd.gradcheck(lambda o, objective=objective: objective.loss(o, targets), outputs)


def test_a_head_fitted_at_once_is_ridge_regression(tiny: str, tmp_path: Path) -> None:
    config = experiment(tiny, blocks="none").model_copy(
        update={"head": HeadConfig(kind=HeadKind.PROBE, dropout=0.0)}
    )
    data = prepared()
    run(config, tmp_path, data)
    result = artifacts.load(tmp_path, Evaluation)
    assert result is not None
    assert result.metrics["test"]["pearson"].value > 0.95
    model = load_fine_tuned(tmp_path)
    outputs = model.predict(data.texts[:9]).logits[:, 0]
    np.testing.assert_allclose(outputs, result.predictions["predicted"][:9], rtol=1e-4)


def run(config: ExperimentConfig, folder: Path, data: PreparedDataset, record: Any = lambda _: None) -> None:
    """Run an experiment on numbers under `folder`."""
    cache = ActivationCache(folder / "cache", 10**9)
    run_experiment(config, lambda: data, folder, store=cache, report=lambda *_: None, record=record)


class StopAfter:
    """Stops a run after some calls."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    def __call__(self, points: object) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise Stopped


def test_a_stopped_run_resumes_to_the_same_bits(tiny: str, tmp_path: Path) -> None:
    config, data = experiment(tiny, epochs=3), prepared()
    for folder in ("whole", "stopped"):
        (tmp_path / folder).mkdir()
    run(config, tmp_path / "whole", data)
    with pytest.raises(Stopped):
        run(config, tmp_path / "stopped", data, StopAfter(1))
    run(config, tmp_path / "stopped", data)
    whole, resumed = (artifacts.load(tmp_path / folder, Evaluation) for folder in ("whole", "stopped"))
    assert whole is not None
    assert resumed is not None
    np.testing.assert_array_equal(whole.predictions["predicted"], resumed.predictions["predicted"])


def test_comparison_slices_and_label_efficiency_take_row_scores(tiny: str) -> None:
    _, result, _ = trained(tiny)
    test = result.predictions[result.predictions["split"] == "test"]
    scores = row_scores(test).to_numpy()
    rows = np.arange(len(scores), dtype=np.uint64)
    better, baseline = (ArmRuns(name, rows, x[None]) for name, x in (("a", scores), ("b", scores - 1.0)))
    (difference,) = differences([better], baseline)
    assert difference is not None
    assert difference.value == pytest.approx(1.0)
    slices = slice_scores((test["label"] > 800).to_numpy(), test["score"].to_numpy())
    assert sum(part.rows * part.score.value for part in slices) == pytest.approx(scores.sum())
    arm = Arm("regression", np.ones((1, 3), dtype=bool), np.stack([scores, scores, scores])[None])
    mean, low, high = _levels(arm, metric_of("mae"), None)
    assert mean[0] == pytest.approx(-scores.mean())
    assert low[0] < mean[0] < high[0]


def test_weights_are_inverse_to_the_size_of_strata() -> None:
    rows = TrainingRows(prepared().target, np.arange(72), np.arange(0), ClassWeights.BALANCED)
    assert rows.weights is not None
    strata = Regression().strata(rows.target)[:72]
    sums = [float(rows.weights[:72][torch.from_numpy(strata == k)].sum()) for k in np.unique(strata)]
    assert sums == pytest.approx([72 / len(sums)] * len(sums), rel=1e-5)


class Rating(Regression):
    """Numbers whose errors count squared: another problem type, as code outside could add."""

    type = OUTSIDE
    selection = row_metric = "negative_mse"

    def point_metrics(self, target: Target, rows: Any, outputs: Any) -> dict[str, float]:
        return {"negative_mse": float(self.row_scores(target, rows, outputs).mean())}

    def metrics(self, target: Target, rows: Any, outputs: Any, *, seed: int = 0) -> dict[str, Any]:
        return {"negative_mse": row_score_interval(self.row_scores(target, rows, outputs))}

    def row_scores(self, target: Target, rows: Any, outputs: Any) -> Any:
        return -np.square(outputs[:, 0].astype(np.float64) - target.values[rows])


class PlainError(RegressionError):
    """Squared error in the units of the target, with an ordinary last layer."""

    output = nn.Linear

    def fit(self, targets: Any, regression_loss: RegressionLoss) -> Any:
        return self


@pytest.fixture
def _outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROBLEMS, OUTSIDE, cast(Any, Rating()))
    monkeypatch.setitem(OBJECTIVES, OUTSIDE, cast(Any, PlainError()))


@pytest.mark.usefixtures("_outside")
def test_a_problem_type_from_outside_needs_entries_in_the_tables_only(
    tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, result, _ = trained(tiny, OUTSIDE)
    scores = [p.validation["negative_mse"] for p in state.history if isinstance(p, EpochPoint)]
    assert state.best_epoch == 1 + int(np.argmax(scores))
    assert (result.problem, result.metrics["test"].metric.name) == (OUTSIDE, "negative_mse")
    drawing = replace(
        plots.OUTPUT_PLOTS[ProblemType.REGRESSION],
        draw=lambda result, dark: go.Figure(go.Histogram(x=result.predictions["predicted"])),
    )
    monkeypatch.setitem(plots.OUTPUT_PLOTS, OUTSIDE, drawing)
    assert len(plots.OUTPUT_PLOTS[result.problem].draw(result, False).data[0].x) == 144
