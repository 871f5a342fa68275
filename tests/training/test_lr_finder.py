"""Learning-rate range test: search, reading of the loss curve, and use of the suggested rate."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.targets import single_label
from tests.training.test_training import BAD, GOOD
from translearn_core.activations import Compute
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    Device,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    TrainingConfig,
)
from translearn_core.errors import Stopped, TrainingError
from translearn_core.experiment import build
from translearn_core.jobs import LrFinderConfig
from translearn_core.results import LrFinderResult
from translearn_core.training.loop import Loop
from translearn_core.training.lr_finder import (
    find_learning_rate,
    lr_grid,
    residual_std,
    running_mean,
    searched_setting,
    suggest_lr,
    whole_batches,
)
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Inputs

EXACT = Compute.choose(Device.CPU, Precision.FLOAT32)
DATA = DataConfig(dataset="d", text="t", label="l")


def lr_config(plan: FreezePlan, tiny: str = "tiny", steps: int = 60, **training: object) -> LrFinderConfig:
    settings = {"lr": 1e-3, "head_lr": 1e-2, "batch_size": 8, "precision": Precision.FLOAT32, **training}
    experiment = ExperimentConfig(
        data=DATA,
        backbone=BackboneConfig(id=tiny),
        freeze=plan,
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(**settings),
    )
    return LrFinderConfig(experiment=experiment, low=1e-5, high=1.0, steps=steps)


def search(config: LrFinderConfig, report: object = None) -> LrFinderResult:
    texts = [f"{(GOOD if i % 2 else BAD)[i // 2 % 4]} {'abcdefgh'[i % 8]}" for i in range(90)]
    backbone = load(config.experiment.backbone)
    model = build(config.experiment, backbone, single_label(np.arange(2), 2)).eval()
    inputs = Inputs.of(backbone.examples(texts, 32))
    index = np.arange(len(texts))
    rows = TrainingRows(single_label(index % 2, 2), index, index[:0])
    options = {} if report is None else {"report": report}
    return find_learning_rate(model, inputs, rows, config, EXACT, **options)


# the search


def test_rates_rise_by_the_same_factor_and_the_loss_falls_and_runs_away(tiny: str) -> None:
    config = lr_config(FreezePlan.last_n(2, 3), tiny)
    result = search(config)
    assert result.setting == "lr"
    assert result.before == 1e-3
    assert len(result.rates) == len(result.losses) == len(result.smoothed)
    assert np.diff(np.log(result.rates)) == pytest.approx(np.full(len(result.rates) - 1, math.log(1e5) / 59))
    assert min(result.smoothed) < 0.75 * result.losses[0]
    assert 1e-5 < result.suggestion <= result.rates[int(np.argmin(result.smoothed))] / 10 * 1.05
    assert result.frame().columns.tolist() == ["rate", "loss", "smoothed loss"]


def test_the_same_question_has_the_same_answer(tiny: str) -> None:
    config = lr_config(FreezePlan.last_n(1, 3), tiny, steps=20)
    assert search(config) == search(config)


def test_every_part_keeps_its_ratio(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, float]] = []
    step = Loop.step

    def watched(self: Loop, *rest: object) -> object:
        point = step(self, *rest)
        assert self.optimizer is not None
        seen.append({group["part"]: group["lr"] for group in self.optimizer.param_groups})
        return point

    monkeypatch.setattr(Loop, "step", watched)
    result = search(lr_config(FreezePlan.full(3), tiny, steps=20, layer_decay=0.5, warmup_ratio=0.5))
    for rate, rates in zip(result.rates, seen, strict=True):
        assert rates["block 2"] == pytest.approx(rate)
        assert rates["head"] == pytest.approx(10 * rate)
        assert rates["block 1"] == pytest.approx(rate / 2)
        assert rates["embeddings"] == pytest.approx(rate / 8)


def test_where_only_the_head_trains_its_rate_is_searched(tiny: str) -> None:
    result = search(lr_config(FreezePlan(), tiny, steps=20))
    assert (result.setting, result.before, result.part) == ("head_lr", 1e-2, "head")
    assert result.rates[0] == pytest.approx(1e-5)


def test_a_loss_that_is_no_number_ends_it(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    step, taken = Loop.step, []

    def brittle(self: Loop, *rest: object) -> object:
        taken.append(1)
        if len(taken) > 12:
            raise TrainingError("The loss became nan at step 13.")
        return step(self, *rest)

    monkeypatch.setattr(Loop, "step", brittle)
    assert len(search(lr_config(FreezePlan(), tiny)).losses) == 12
    taken[:] = [1] * 12
    at_once = search(lr_config(FreezePlan(), tiny))
    assert (at_once.rates, at_once.suggestion) == ((), at_once.before)
    assert "first steps" in at_once.reason


def test_it_can_be_stopped(tiny: str) -> None:
    def report(stage: str, done: float, total: float) -> None:
        assert (stage, total) == ("trying learning rates", 60)
        if done >= 5:
            raise Stopped

    with pytest.raises(Stopped):
        search(lr_config(FreezePlan(), tiny), report)


def test_batches_are_whole_and_never_end() -> None:
    rows = TrainingRows(single_label(np.zeros(20, dtype=np.int64), 2), np.arange(20), np.arange(0))
    inputs = Inputs(np.full(20, 5))
    order = whole_batches(inputs, rows, TrainingConfig(batch_size=8))
    first = [next(order) for _ in range(7)]
    assert {len(index) for index in first} == {8}
    assert len({tuple(index) for index in first}) == 7
    few = whole_batches(inputs, rows, TrainingConfig(batch_size=64))
    assert [len(next(few)) for _ in range(3)] == [20, 20, 20]


@pytest.mark.parametrize(
    ("plan", "training", "expected"),
    [
        (FreezePlan(), {}, ("head_lr", 1e-2)),
        (FreezePlan(blocks=(1,)), {}, ("lr", 1e-3)),
        (FreezePlan(embeddings=True), {}, ("lr", 1e-3)),
        (FreezePlan(blocks=(1,)), {"lr_per_block": (1e-5, 4e-5)}, ("lr_per_block", 4e-5)),
    ],
)
def test_which_rate_is_raised(
    plan: FreezePlan, training: dict[str, object], expected: tuple[str, float]
) -> None:
    assert searched_setting(lr_config(plan, **training).experiment) == expected


# suggestion from the loss curve


CONFIG = LrFinderConfig(experiment=ExperimentConfig(data=DATA), low=1e-6, high=1.0, steps=100)
RATES = lr_grid(CONFIG)


def valley(fall_at: float, rise_at: float, noise: float = 0.0, seed: int = 0) -> list[float]:
    """A loss that falls around one rate and rises around another."""
    x = np.log10(RATES)
    down, up = 1 / (1 + np.exp(-(x - fall_at) * 4)), np.exp((x - rise_at) * 3)
    return list(0.7 - 0.5 * down + 0.3 * up + noise * np.random.default_rng(seed).normal(size=len(x)))


def suggested(losses: list[float], rates: tuple[float, ...] = RATES) -> tuple[float, str]:
    return suggest_lr(rates[: len(losses)], losses, running_mean(losses, 100), CONFIG, 5e-5)


@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_the_steepest_fall_is_suggested(noise: float) -> None:
    rate, reason = suggested(valley(-4.5, 0, noise))
    assert -4.6 < math.log10(rate) < -3.5  # the running mean comes half a decade late
    assert "fastest" in reason
    assert "lowest" in reason


def test_a_fall_too_near_the_turn_is_kept_at_a_distance() -> None:
    losses = valley(-2.5, -1.6)
    rate, reason = suggested(losses)
    lowest = RATES[int(np.argmin(running_mean(losses, 100)))]
    assert rate == pytest.approx(lowest / 10, rel=0.06)
    assert "a tenth" in reason


def test_where_it_ran_away_is_said() -> None:
    losses = valley(-4.5, -2)[:80]
    reason = suggested(losses)[1]
    assert f"{RATES[79]:.2g}" in reason
    assert "runs away" in reason


def test_a_loss_that_still_falls_at_the_end_says_so() -> None:
    assert "No higher rate" in suggested(valley(-1, 3))[1]


@pytest.mark.parametrize("seed", range(8))
def test_noise_alone_is_no_fall(seed: int) -> None:
    losses = list(0.7 + 0.1 * np.random.default_rng(seed).normal(size=100))
    rate, reason = suggested(losses)
    assert rate == 5e-5
    assert "no more" in reason


def test_a_loss_that_only_rises_keeps_the_rate() -> None:
    losses = list(0.7 + np.geomspace(1e-3, 5, 60))
    rate, reason = suggested(losses)
    assert rate == 5e-5
    assert "did not clearly fall" in reason


@given(
    losses=some.lists(some.floats(1e-4, 20), min_size=0, max_size=100),
)
def test_whatever_the_curve_the_suggestion_is_a_rate_that_can_be_taken(losses: list[float]) -> None:
    rate, reason = suggested(losses)
    assert rate == 5e-5 or RATES[0] * 0.95 <= rate <= RATES[-1] / 10
    assert reason.endswith(".")
    TrainingConfig(lr=rate)


def test_the_running_mean_is_corrected_for_its_start() -> None:
    assert running_mean([2.0] * 5, 100) == pytest.approx([2.0] * 5)
    assert running_mean([1.0, 3.0], 100)[1] == pytest.approx((0.9 * 1 + 3) / 1.9)


def test_the_scatter_does_not_count_a_slow_fall_or_a_wild_end() -> None:
    random = np.random.default_rng(0)
    losses = np.linspace(1, 0.2, 200) + 0.05 * random.normal(size=200)
    losses[-20:] += np.geomspace(0.1, 50, 20)
    assert residual_std(list(losses)) == pytest.approx(0.05, rel=0.25)


# applying the suggestion


RESULT = LrFinderResult("lr", 1e-4, RATES, (0.7,) * 100, (0.7,) * 100, 3e-4, "The loss falls fastest there.")


def test_all_rates_are_taken_in_proportion() -> None:
    training = TrainingConfig(lr=1e-4, head_lr=2e-3, epochs=7)
    assert RESULT.apply(training) == training.model_copy(update={"lr": 3e-4, "head_lr": 6e-3})
    own = TrainingConfig(lr_per_block=(1e-5, 1e-4), head_lr=1e-3)
    after = replace(RESULT, setting="lr_per_block").apply(own)
    assert (after.lr_per_block, after.head_lr, after.lr) == ((3e-5, 3e-4), 3e-3, own.lr)
    alone = replace(RESULT, setting="head_lr").apply(training)
    assert (alone.lr, alone.head_lr) == (1e-4, 3e-4)


@given(some.floats(1e-6, 1.0), some.floats(1e-6, 1.0), some.floats(1e-6, 10.0))
def test_what_is_taken_can_be_a_setting(suggestion: float, before: float, head: float) -> None:
    result = replace(RESULT, before=before, suggestion=suggestion)
    after = result.apply(TrainingConfig(lr=before, head_lr=head))
    assert TrainingConfig.model_validate(after.model_dump()) == after


def test_it_survives_the_disk(tmp_path: Path) -> None:
    from translearn_core.runs import artifacts

    artifacts.save(tmp_path, RESULT)
    assert artifacts.load(tmp_path, LrFinderResult) == RESULT
