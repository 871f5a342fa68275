"""Timelines have the rates of the real training loop, for every part and step."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.architectures import TEXTS, tiny_folder
from tests.targets import single_label
from translearn_core.activations import Compute
from translearn_core.backbones import Backbone, load
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    Device,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    Precision,
    Schedule,
    Stage,
    TrainingConfig,
)
from translearn_core.errors import ConfigError
from translearn_core.results import EpochPoint, History, StepPoint
from translearn_core.results.training.training_timeline import Timeline, actual_timeline, planned_timeline
from translearn_core.training.loop import Loop
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Classifier, Inputs

EVERY_STEP = 10**6
"""Columns enough for each step to have its own."""


def experiment(
    plan: FreezePlan, stages: Sequence[Stage] = (), continues: str | None = None, **training: object
) -> ExperimentConfig:
    return ExperimentConfig(
        data=DataConfig(dataset="d", text="t", label="l"),
        freeze=plan,
        stages=tuple(stages),
        training=TrainingConfig(**{"epochs": 2, "lr": 1e-3, **training}),
        resume_from=continues,
    )


def epoch(number: int, step: int, stage: int = 0) -> EpochPoint:
    return EpochPoint(number, step, {"loss": 0.5}, {"loss": 0.5, "macro_f1": 0.8}, 1.0, False, stage)


def row(timeline: Timeline, part: str) -> list[float]:
    return timeline.rates[timeline.parts.index(part)].tolist()


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    return load(BackboneConfig(id=str(tiny_folder("bert", tmp_path_factory.mktemp("bert")))))


@st.composite
def experiments(draw: st.DrawFn) -> ExperimentConfig:
    embeddings, blocks = draw(st.booleans()), sorted(draw(st.sets(st.integers(0, 2))))
    inside = st.builds(
        lambda below, some_blocks: FreezePlan(embeddings=below and embeddings, blocks=tuple(some_blocks)),
        st.booleans(),
        st.sets(st.sampled_from(blocks)) if blocks else st.just(set()),
    )
    patience = st.none() | st.just(1)
    stage = st.builds(Stage, freeze=inside, epochs=st.integers(1, 2), patience=patience)
    return experiment(
        FreezePlan(embeddings=embeddings, blocks=tuple(blocks)),
        draw(st.lists(stage, max_size=3)),
        epochs=draw(st.integers(1, 2)),
        patience=draw(patience),
        layer_decay=draw(st.sampled_from([1.0, 0.5])),
        schedule=draw(st.sampled_from(list(Schedule))),
        warmup_ratio=draw(st.sampled_from([0.0, 0.1, 0.4])),
        batch_size=draw(st.sampled_from([4, 5, 100])),
    )


@settings(max_examples=15, deadline=None)
@given(config=experiments())
def test_every_step_of_a_real_loop_has_the_rates_of_the_timeline(
    backbone: Backbone, config: ExperimentConfig
) -> None:
    texts = [f"{TEXTS[i % len(TEXTS)]} {i}" for i in range(14)]
    model = Classifier(backbone, config.freeze, FeatureConfig(token_limit=32), HeadConfig(), 2, seed=0)
    model.freeze(config.resolved_stages[0].freeze)
    rows = TrainingRows(single_label(np.arange(14) % 2, 2), np.arange(10), np.arange(10, 14))
    loop = Loop(
        model, Inputs.of(backbone.examples(texts, 32)), rows, config.training,
        Compute.choose(Device.CPU, Precision.FLOAT32), before=config.stages,
    )  # fmt: skip
    rates_seen: list[dict[str, float]] = []
    points: list[StepPoint | EpochPoint] = []

    def watch(moment) -> None:
        points.append(moment.point)
        if isinstance(moment.point, StepPoint):
            rates_seen.append({group["part"]: group["lr"] for group in loop.optimizer.param_groups})

    loop.run(watch)
    steps = tuple(p for p in points if isinstance(p, StepPoint))
    history = History(steps, tuple(p for p in points if isinstance(p, EpochPoint)))
    timeline = actual_timeline(config, 3, history, columns=EVERY_STEP)
    assert timeline.rates.shape[1] == len(rates_seen)
    for step, rates in enumerate(rates_seen):
        drawn = dict(zip(timeline.parts, timeline.rates[:, step], strict=True))
        expected = {part: rates.get(part, 0.0) for part in timeline.parts}
        assert drawn == pytest.approx(expected, rel=1e-12, abs=0), step
    if all(stage.patience is None for stage in config.resolved_stages):
        ahead = planned_timeline(config, 3, loop.steps_per_epoch, columns=EVERY_STEP)
        np.testing.assert_array_equal(ahead.rates, timeline.rates)
        assert ahead.stages == timeline.stages


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20), st.integers(1, 40), st.integers(1, 200))
def test_columns_fill_the_course_and_none_lies_across_the_end_of_a_stage(
    epochs: list[int], each: int, columns: int
) -> None:
    stages = [Stage(freeze=FreezePlan(), epochs=n) for n in epochs[:-1]]
    timeline = planned_timeline(
        experiment(FreezePlan(blocks=(1,)), stages, epochs=epochs[-1]), 2, each, columns
    )
    assert timeline.edges[0] == 0
    assert timeline.edges[-1] == each * sum(epochs)
    assert (np.diff(timeline.edges) > 0).all()
    assert {end for _, end, _ in timeline.stages} <= set(timeline.edges.tolist())
    assert len(timeline.edges) - 1 <= columns + 2 * len(epochs)
    assert timeline.rates.shape == (4, len(timeline.edges) - 1)


def test_a_part_that_comes_back_begins_its_schedule_anew() -> None:
    stages = [Stage(freeze=FreezePlan(blocks=(0,))), Stage(freeze=FreezePlan(blocks=(1,)))]
    config = experiment(
        FreezePlan(blocks=(0, 1)), stages, epochs=1, warmup_ratio=0.0, schedule=Schedule.LINEAR
    )
    timeline = planned_timeline(config, 2, 10, EVERY_STEP)
    zero = row(timeline, "block 0")
    assert zero[0] == 1e-3
    assert zero[10:20] == [0.0] * 10
    assert zero[20] == 1e-3
    assert row(timeline, "block 1")[20] < 1e-3, "it goes on"
    assert row(timeline, "embeddings") == [0.0] * 30
    assert min(row(timeline, "head")) > 0
    assert [label for _, _, label in timeline.stages] == ["block 0", "block 1", "blocks 0, 1"]
    assert timeline.parts == ("embeddings", "block 0", "block 1", "head")


def test_a_stage_that_ends_early_brings_the_end_nearer() -> None:
    config = experiment(
        FreezePlan(blocks=(1,)),
        [Stage(freeze=FreezePlan(), epochs=5, patience=1)],
        warmup_ratio=0.0,
        epochs=1,
    )
    history = History((), (epoch(1, 4), epoch(2, 8), epoch(3, 12, stage=1)))
    timeline = actual_timeline(config, 2, history, columns=EVERY_STEP)
    assert timeline.stages == ((0, 8, "head only"), (8, 12, "block 1"))
    head = row(timeline, "head")
    assert head[7] == pytest.approx(1e-3 * (1 - 7 / 24)), "planned to end at step 24"
    assert head[8] == pytest.approx(1e-3 * (1 - 8 / 12)), "now it ends at step 12"


def test_a_run_that_goes_on_from_another_shows_its_own_epochs() -> None:
    config = experiment(
        FreezePlan(blocks=(1,)), [Stage(freeze=FreezePlan())], continues="a job", epochs=2, warmup_ratio=0.0
    )
    ahead = planned_timeline(config, 2, 4, EVERY_STEP)
    assert ahead.stages == ((0, 8, "block 1"),)
    points = [epoch(1, 4), epoch(2, 8, stage=1), epoch(3, 12, stage=1), epoch(4, 16, stage=1)]
    timeline = actual_timeline(config, 2, History((), tuple(points)), begun=8, columns=EVERY_STEP)
    assert timeline.stages == ((8, 16, "block 1"),)
    np.testing.assert_array_equal(timeline.rates, ahead.rates)


def test_before_the_first_epoch_ends_nothing_has_happened() -> None:
    timeline = actual_timeline(experiment(FreezePlan()), 2, History((), ()))
    assert timeline.rates.shape == (4, 0)
    assert timeline.frame().empty


def test_the_table_has_a_line_for_every_part_and_column() -> None:
    config = experiment(FreezePlan(blocks=(1,)), [Stage(freeze=FreezePlan())], epochs=1)
    frame = planned_timeline(config, 2, 3, EVERY_STEP).frame()
    assert list(frame.columns) == ["part", "step", "stage", "trains", "rate"]
    assert len(frame) == 4 * 6
    head = frame[frame["part"] == "head"]
    assert head["step"].tolist() == [1, 2, 3, 4, 5, 6]
    assert head["stage"].tolist() == [1, 1, 1, 2, 2, 2]
    assert head["trains"].tolist() == ["head only"] * 3 + ["block 1"] * 3


def test_a_plan_that_the_backbone_cannot_do_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"freeze\.blocks is 5"):
        planned_timeline(experiment(FreezePlan(blocks=(5,))), 2, 3)
