"""Staged training: trainable parameters, optimizer groups, learning rates, cached inputs per stage."""

import shutil
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.targets import named_classes
from tests.training.test_training import Script, experiment, toy
from translearn_core.activations import ActivationCache, Compute
from translearn_core.backbones import load
from translearn_core.config import (
    DistilConfig,
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    Schedule,
    Split,
    Stage,
    TrainingConfig,
    Tuning,
    TuningConfig,
)
from translearn_core.config.lr_schedule import (
    discriminative_rates,
    group_by_rate,
    learning_rates_at,
    rate_factor,
    training_parts,
)
from translearn_core.errors import ConfigError, Stopped, TrainingError
from translearn_core.experiment import build, run_experiment
from translearn_core.results import Drift, EpochPoint, RunSummary
from translearn_core.runs import artifacts
from translearn_core.training.callbacks import TrainingEvent
from translearn_core.training.checkpoints.checkpoint import Checkpoint
from translearn_core.training.checkpoints.resume import resume
from translearn_core.training.loop import Loop
from translearn_core.training.snapshots import snapshots
from translearn_core.training.training_rows import TrainingRows
from translearn_core.training.weight_drift import relative_change_per_part
from translearn_core.transfer import StageInputs, set_trainable
from translearn_core.transfer import model as model_module
from translearn_core.transfer.stage_inputs import reusable_depths

BLOCKS = 3
EXACT = Compute(torch.device("cpu"), bf16=False)


def staged(tiny: str, plan: FreezePlan, *stages: Stage, **training: object) -> ExperimentConfig:
    base = experiment(tiny, **{"epochs": 1, **training})
    return ExperimentConfig.model_validate(
        base.model_dump() | {"freeze": plan.model_dump(), "stages": [s.model_dump() for s in stages]}
    )


def loop_of(config: ExperimentConfig, store: Path, rows: int = 24) -> Loop:
    """Return the loop of a toy run, set up as in `run_experiment`."""
    data = toy(rows)
    model = build(config, load(config.backbone), data.target).eval()
    texts = model.loaded_backbone.examples(data.texts, 32)
    plans = [stage.freeze for stage in config.resolved_stages]
    supply = StageInputs(model, texts, EXACT, ActivationCache(store, 10**9), stage_plans=plans)
    inputs = supply.for_first_stage(data.split_indices(Split.TRAIN), seed=0)
    split = TrainingRows(data.target, data.split_indices(Split.TRAIN), data.split_indices(Split.VALIDATION))
    loop = Loop(model, inputs, split, config.training, EXACT, before=config.stages, inputs_for=supply)
    loop.supply = supply  # type: ignore[attr-defined]
    return loop


class Killed(Exception):
    """Simulated process kill."""


def killed_and_resumed(config: ExperimentConfig, step: int, folder: Path) -> Loop:
    """Return the loop of a run that was killed after a step, resumed from its checkpoint and ended."""

    def kill_at(event: TrainingEvent) -> None:
        if event.step == step:
            event.checkpoint({}).write(folder / "run")
            raise Killed

    with pytest.raises(Killed):
        loop_of(config, folder).run(kill_at)
    loop = loop_of(config, folder)
    state = Checkpoint.read(folder / "run")
    assert state is not None
    resume(loop, state)
    loop.run(lambda event: event.checkpoint({}))
    return loop


def assert_equal_parameters(loop: Loop, expected: Loop) -> None:
    """Assert that the models of two loops have the same parameters, bit by bit."""
    parameters = dict(expected.model.named_parameters())
    for name, parameter in loop.model.named_parameters():
        assert torch.equal(parameter, parameters[name]), name


plans = st.builds(FreezePlan, embeddings=st.booleans(), blocks=st.sets(st.integers(0, BLOCKS - 1)).map(tuple))


@st.composite
def courses(draw: st.DrawFn) -> tuple[FreezePlan, tuple[Stage, ...], Tuning, Schedule]:
    plan = draw(plans)
    stages = []
    for _ in range(draw(st.integers(0, 3))):
        blocks = draw(st.sets(st.sampled_from(plan.blocks))) if plan.blocks else set()
        embeddings = plan.embeddings and draw(st.booleans())
        stages.append(
            Stage(
                freeze=FreezePlan(embeddings=embeddings, blocks=tuple(blocks)), epochs=draw(st.integers(1, 2))
            )
        )
    kinds = [Tuning.ALL]
    if plan.blocks:
        kinds = [kind for kind in Tuning if not (kind.adds_parameters and plan.embeddings)]
    return plan, tuple(stages), draw(st.sampled_from(kinds)), draw(st.sampled_from(list(Schedule)))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(courses(), st.integers(1, 40))
def test_at_every_step_just_what_is_planned_trains_and_a_kill_changes_nothing(
    tiny: str, course: tuple[FreezePlan, tuple[Stage, ...], Tuning, Schedule], kill: int
) -> None:
    plan, stages, kind, schedule = course
    config = staged(tiny, plan, *stages, schedule=schedule, weight_decay=0.1)
    config = config.model_copy(update={"tuning": TuningConfig(kind=kind, rank=2, bottleneck=4)})
    folder = Path(tempfile.mkdtemp())
    try:
        losses: list[float] = []
        loop = loop_of(config, folder)
        start = {name: p.detach().clone() for name, p in loop.model.named_parameters()}
        before = dict(start)

        def watch(event: TrainingEvent) -> None:
            if isinstance(event.point, EpochPoint):
                return
            assert event.point is not None
            losses.append(event.point.loss)
            planned = loop.model.names(config.resolved_stages[loop.state.stage].freeze)
            optimized = {id(p) for group in loop.optimizer.param_groups for p in group["params"]}
            for name, p in loop.model.named_parameters():
                assert (p.grad is not None) is (name in planned), name
                assert (id(p) in optimized) is (name in planned), name
                if name not in planned:
                    assert torch.equal(p, before[name]), f"{name} is frozen and moved"
                before[name] = p.detach().clone()

        loop.run(watch)
        assert len(losses) == sum(stage.epochs for stage in config.resolved_stages) * loop.steps_per_epoch
        for name, p in loop.model.named_parameters():
            if name not in loop.model.names(plan):
                assert torch.equal(p, start[name])

        again = killed_and_resumed(config, min(kill, len(losses)), folder)
        assert_equal_parameters(again, loop)
        steps = [point.loss for point in again.state.history if not isinstance(point, EpochPoint)]
        assert steps == losses
    finally:
        shutil.rmtree(folder)


def top_down(tiny: str, **training: object) -> ExperimentConfig:
    stages = [
        Stage(freeze=FreezePlan(), epochs=2),
        *(Stage(freeze=FreezePlan.last_n(k, BLOCKS)) for k in (1, 2)),
    ]
    return staged(tiny, FreezePlan.last_n(3, BLOCKS), *stages, **training)


def test_parameters_are_frozen_once_per_stage(
    tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setattr(
        model_module, "set_trainable", lambda model, names: calls.append(names) or set_trainable(model, names)
    )
    Script().run(top_down(tiny), tmp_path / "run")
    assert len(calls) == len(top_down(tiny).resolved_stages)


def test_top_down_every_text_passes_every_frozen_block_once(tiny: str, tmp_path: Path) -> None:
    script = Script()
    summary = script.run(top_down(tiny), tmp_path / "run")
    texts = len(set(toy().texts))
    assert summary.reuse is not None
    # boundaries 2 and 1 in one pass, then the remaining blocks for the head: nothing is computed twice
    assert summary.reuse.encoded == 2 * texts
    assert [e.stage for e in script.epochs] == [0, 0, 1, 2, 3]


def test_what_is_kept_between_stages_changes_no_number(tiny: str, tmp_path: Path) -> None:
    config = top_down(tiny, dropout=0.0).model_copy(update={"head": HeadConfig(dropout=0.0)})
    cached, streamed = Script(), Script()
    expected = cached.run(config, tmp_path / "cached")
    summary = run_experiment(
        config, toy, tmp_path / "streamed", store=ActivationCache(tmp_path / "none", 0),
        report=streamed.report,
        record=streamed.record,
    )  # fmt: skip
    assert cached.losses == pytest.approx(streamed.losses, abs=1e-4)
    assert expected.test["accuracy"] == summary.test["accuracy"]
    assert [e.validation["macro_f1"] for e in cached.epochs] == [
        e.validation["macro_f1"] for e in streamed.epochs
    ]


def test_bottom_up_a_changed_block_is_read_anew(tiny: str, tmp_path: Path) -> None:
    alone = [Stage(freeze=FreezePlan(blocks=(k,))) for k in range(BLOCKS)]
    config = staged(tiny, FreezePlan.last_n(BLOCKS, BLOCKS), Stage(freeze=FreezePlan()), *alone)
    loop = loop_of(config, tmp_path / "store")
    cuts = []

    def observe(event: TrainingEvent) -> None:
        if isinstance(event.point, EpochPoint):
            states = loop.inputs.cached_states
            cuts.append((loop.state.stage, None if states is None else states.cut))

    loop.run(observe)
    assert cuts == [(0, None), (1, None), (2, 1), (3, 2), (4, None)]
    texts = loop.supply.texts  # type: ignore[attr-defined]
    data = loop.inputs.batch(np.arange(len(texts)))
    assert data.states is None  # the last plan trains block 0


def test_a_stage_ends_when_nothing_is_gained(tiny: str, tmp_path: Path) -> None:
    config = staged(tiny, FreezePlan.last_n(1, BLOCKS), Stage(freeze=FreezePlan(), epochs=50, patience=2))
    script = Script()
    script.run(config, tmp_path / "run")
    head = [e.validation["macro_f1"] for e in script.epochs if e.stage == 0]
    assert len(head) < 50
    assert len(head) == head.index(max(head)) + 3
    assert script.epochs[-1].stage == 1


def test_a_stopped_run_goes_on_in_its_stage(tiny: str, tmp_path: Path) -> None:
    straight, first, second = Script(), Script(stop_after=30), Script()
    expected = straight.run(top_down(tiny), tmp_path / "straight")
    with pytest.raises(Stopped):
        first.run(top_down(tiny), tmp_path / "halves")
    summary = second.run(top_down(tiny), tmp_path / "halves")
    assert second.losses == straight.losses
    assert (summary.test, summary.best_epoch) == (expected.test, expected.best_epoch)


def test_only_a_run_that_came_to_its_last_stage_is_continued(tiny: str, tmp_path: Path) -> None:
    script = Script()
    script.run(top_down(tiny), tmp_path / "parent")
    config = top_down(tiny).model_copy(update={"resume_from": "parent"})
    longer = Script()
    summary = longer.run(config, tmp_path / "child", tmp_path / "parent")
    assert summary.epochs == len(script.epochs) + 1
    assert longer.epochs[-1].stage == 3
    early = Script(stop_after=3)
    with pytest.raises(Stopped):
        early.run(top_down(tiny), tmp_path / "early")
    with pytest.raises(TrainingError, match="stage 1 of 4"):
        Script().run(config, tmp_path / "orphan", tmp_path / "early")


def test_a_staged_run_records_drift_by_part_and_epoch(tiny: str, tmp_path: Path) -> None:
    script = Script()
    summary = script.run(top_down(tiny), tmp_path / "run")
    assert artifacts.load(tmp_path / "run", RunSummary) == summary
    assert artifacts.load(tmp_path / "run", Drift) is not None
    first, last = script.epochs[0].moved, script.epochs[-1].moved
    assert first["head"] > 0
    assert {part for part, change in first.items() if change} == {"head"}
    assert all(last[f"block {k}"] > 0 for k in range(BLOCKS))


def test_a_run_can_be_replayed_stage_by_stage(tiny: str, tmp_path: Path) -> None:
    Script().run(top_down(tiny), tmp_path / "run")
    taken = snapshots(tmp_path / "run")
    assert [(s.epoch, s.stage) for s in taken] == [(0, 0), (2, 0), (3, 1), (4, 2), (5, 3)]
    assert all(s.vectors.shape == (BLOCKS + 1, len(s.index), 32) for s in taken)
    moved = [
        [bool((a.vectors[k] != b.vectors[k]).any()) for k in range(BLOCKS + 1)] for a, b in pairwise(taken)
    ]
    assert moved == [[False] * 4, [False] * 3 + [True], [False, False, True, True], [False, True, True, True]]
    Script().run(experiment(tiny, "none"), tmp_path / "head")
    assert snapshots(tmp_path / "head") == []
    Script().run(experiment(tiny, "last:1", epochs=2), tmp_path / "flat")
    assert [s.epoch for s in snapshots(tmp_path / "flat")] == [0, 1, 2]


def test_l2_sp_keeps_the_weights_nearer_to_their_start(tiny: str, tmp_path: Path) -> None:
    changes = []
    for pull in (0.0, 1.0):
        loop = loop_of(staged(tiny, FreezePlan.last_n(1, BLOCKS), epochs=4, l2_sp=pull), tmp_path / "store")
        loop.run(lambda _: None)
        changes.append(relative_change_per_part(loop.model, loop.start)["block 2"])
        for group in loop.optimizer.param_groups:
            decays = group["weight_decay"] > 0
            assert not (decays and pull and group["part"] != "head")
    assert changes[1] < changes[0]


def test_a_teacher_pulls_its_student_to_its_own_answers(tiny: str, tmp_path: Path) -> None:
    Script().run(experiment(tiny, "all", epochs=8), tmp_path / "teacher")
    config = experiment(tiny, "last:1", epochs=4)
    student = config.model_copy(update={"distil": DistilConfig(teacher="t", weight=1.0)})
    backbone = student.backbone.model_copy(update={"keep_blocks": 2})
    student = student.model_copy(update={"backbone": backbone, "freeze": FreezePlan.full(2)})
    summary = run_experiment(
        student, toy, tmp_path / "student", store=ActivationCache(tmp_path / "a", 10**9),
        report=lambda *_: None,
        record=lambda _: None, teacher=tmp_path / "teacher",
    )  # fmt: skip
    assert summary.test["accuracy"].value > 0.8
    with pytest.raises(ConfigError, match=r"distil\.teacher"):
        run_experiment(
            student, other_classes, tmp_path / "strange",
            store=ActivationCache(tmp_path / "a", 10**9),
            report=lambda *_: None, record=lambda _: None, teacher=tmp_path / "teacher",
        )  # fmt: skip
    with pytest.raises(ConfigError, match=r"distil\.teacher"):
        Script().run(student, tmp_path / "alone")


def other_classes() -> object:
    data = toy()
    return replace(data, targets=(named_classes(data.labels, "bad", "fine"),))


def test_a_part_joins_with_a_warm_up_of_its_own_and_ends_with_the_rest() -> None:
    training = TrainingConfig(lr=1e-3, head_lr=1e-2, warmup_ratio=0.2, layer_decay=0.5)
    peaks = discriminative_rates(training, 3)
    assert peaks == pytest.approx(
        {
            "embeddings": 1.25e-4,
            "block 0": 2.5e-4,
            "block 1": 5e-4,
            "block 2": 1e-3,
            "final": 1e-3,
            "head": 1e-2,
        }
    )
    started_at = group_by_rate({}, training_parts(FreezePlan(), 3), 0)
    started_at = group_by_rate(started_at, training_parts(FreezePlan.last_n(1, 3), 3), 50)
    assert started_at == {"head": 0, "block 2": 50, "final": 50}
    rates = learning_rates_at(50, 100, started_at, peaks, training)
    assert rates["block 2"] == pytest.approx(1e-3 * rate_factor(0, 50, training))
    assert rates["head"] == pytest.approx(1e-2 * rate_factor(50, 100, training))
    assert group_by_rate(started_at, {"head"}, 60) == {"head": 0}
    own = TrainingConfig(lr_per_block=(1e-5, 2e-5, 3e-5))
    assert discriminative_rates(own, 3)["block 1"] == 2e-5


@pytest.mark.parametrize("schedule", list(Schedule))
def test_every_schedule_rises_to_its_peak_and_stays_below(schedule: Schedule) -> None:
    training = TrainingConfig(schedule=schedule, warmup_ratio=0.1)
    factors = np.array([rate_factor(s, 200, training) for s in range(200)])
    assert factors.max() == pytest.approx(1.0, abs=0.01)
    assert (factors > 0).all()
    assert (np.diff(factors[:20]) > 0).all()
    assert (np.diff(factors[20:]) <= 1e-12).all()
    ends = {Schedule.SLANTED: 1 / 32, Schedule.CONSTANT: 1.0}
    assert factors[-1] == pytest.approx(ends.get(schedule, 0.0), abs=0.01)


def test_only_boundaries_above_what_was_trained_can_be_kept_ahead() -> None:
    top = [FreezePlan.last_n(k, 6) for k in (0, 1, 2, 6)]
    assert set(reusable_depths(top, 6)) == {5, 4}
    bottom = [FreezePlan(blocks=(k,)) for k in range(6)]
    assert set(reusable_depths(bottom, 6)) == set()
    assert set(reusable_depths([FreezePlan(blocks=(3,)), FreezePlan(blocks=(4,))], 6)) == {3}


def test_stages_beyond_the_plan_are_refused(tiny: str) -> None:
    with pytest.raises(ValueError, match=r"stage 1.*block 2"):
        staged(tiny, FreezePlan(blocks=(1,)), Stage(freeze=FreezePlan(blocks=(2,))))
    with pytest.raises(ValueError, match=r"stage 1.*embeddings"):
        staged(tiny, FreezePlan(blocks=(1,)), Stage(freeze=FreezePlan(embeddings=True)))
