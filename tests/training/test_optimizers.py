"""Every optimizer: groups, rates that suit it, stages, kill and resume, and what it learns."""

from pathlib import Path

import pytest

from tests.training.test_stage_schedule import (
    BLOCKS,
    assert_equal_parameters,
    killed_and_resumed,
    loop_of,
    staged,
)
from tests.training.test_training import Script, experiment
from translearn_core.config import (
    RECIPES,
    ExperimentConfig,
    FreezePlan,
    Optimizer,
    RecipeName,
    Stage,
    TrainingConfig,
    Tuning,
    TuningConfig,
    apply_overrides,
    custom_overrides,
    job_id,
)
from translearn_core.config.base import canonical_json
from translearn_core.config.training import RATE_FACTORS
from translearn_core.errors import TrainingError
from translearn_core.results import EpochPoint
from translearn_core.training.optimizer import OPTIMIZERS

every = pytest.mark.parametrize("optimizer", list(Optimizer))


def config_of(
    tiny: str, optimizer: Optimizer, tuning: Tuning = Tuning.ALL, **training: object
) -> ExperimentConfig:
    """Return a staged run: the head, then two blocks, with the lower one at half the rate."""
    plan = FreezePlan.last_n(2, BLOCKS)
    config = staged(tiny, plan, Stage(freeze=FreezePlan()), layer_decay=0.5, **training)
    suited = config.training.with_optimizer(optimizer)
    tuned = TuningConfig(kind=tuning, rank=2, bottleneck=4)
    return config.model_copy(update={"training": suited, "tuning": tuned})


def test_the_registries_have_every_optimizer() -> None:
    assert set(OPTIMIZERS) == set(RATE_FACTORS) == set(Optimizer)


@every
@pytest.mark.parametrize(
    ("tuning", "l2_sp"),
    [(Tuning.ALL, 0.0), (Tuning.ALL, 0.1), (Tuning.LORA, 0.0)],
    ids=["all", "l2-sp", "lora"],
)
def test_a_kill_at_any_step_changes_nothing(
    tiny: str, optimizer: Optimizer, tuning: Tuning, l2_sp: float, tmp_path: Path
) -> None:
    config = config_of(tiny, optimizer, tuning, l2_sp=l2_sp, weight_decay=0.1, epochs=2)
    straight = loop_of(config, tmp_path / "straight")
    straight.run(lambda event: event.checkpoint({}))
    steps = [p.loss for p in straight.state.history if not isinstance(p, EpochPoint)]
    for kill in (1, 3, 5):
        again = killed_and_resumed(config, kill, tmp_path / f"killed-{kill}")
        assert_equal_parameters(again, straight)
        assert [p.loss for p in again.state.history if not isinstance(p, EpochPoint)] == steps


@every
def test_groups_have_rates_by_part_and_decay_by_shape(
    tiny: str, optimizer: Optimizer, tmp_path: Path
) -> None:
    loop = loop_of(config_of(tiny, optimizer, weight_decay=0.1), tmp_path / "store")
    loop.run(lambda _: None)
    groups = loop.optimizer.param_groups
    assert type(loop.optimizer) is type(OPTIMIZERS[optimizer](groups, loop.config, False))
    rates = {group["part"]: group["lr"] for group in groups}
    assert rates["block 1"] == pytest.approx(rates["block 2"] / 2)
    for group in groups:
        assert {p.ndim > 1 for p in group["params"]} == {group["weight_decay"] > 0}
    held = {id(p) for group in groups for p in group["params"]}
    assert {id(p) for p in loop.optimizer.state} <= held, "what is frozen has no state"


@every
def test_it_learns_with_rates_that_suit_it(tiny: str, optimizer: Optimizer, tmp_path: Path) -> None:
    config = experiment(tiny, "last:2", epochs=8)
    config = config.model_copy(update={"training": config.training.with_optimizer(optimizer)})
    assert Script().run(config, tmp_path / "run").test["accuracy"].value > 0.85


def test_a_run_goes_on_only_with_its_own_optimizer(tiny: str, tmp_path: Path) -> None:
    Script().run(experiment(tiny), tmp_path / "parent")
    child = experiment(tiny, optimizer=Optimizer.ADAM).model_copy(update={"resume_from": "parent"})
    with pytest.raises(TrainingError, match="adamw"):
        Script().run(child, tmp_path / "child", tmp_path / "parent")


def test_another_optimizer_brings_its_rates_unless_they_are_given() -> None:
    config = ExperimentConfig.model_validate(
        {"data": {"dataset": "d", "text": "t", "label": "l"}, "freeze": {"blocks": [4, 5]}}
    )
    adamw = config.training
    sgd = apply_overrides(config, {"training.optimizer": "sgd"}).training
    assert (sgd.lr / adamw.lr, sgd.head_lr / adamw.head_lr) == pytest.approx(
        (RATE_FACTORS[Optimizer.SGD],) * 2
    )
    assert sgd.with_optimizer(Optimizer.ADAMW) == adamw
    given = apply_overrides(config, {"training.optimizer": "sgd", "training.lr": 0.5}).training
    assert (given.lr, given.head_lr) == (0.5, sgd.head_lr)
    highest = TrainingConfig(head_lr=10.0, lr_per_block=(1.0,)).with_optimizer(Optimizer.SGD)
    assert (highest.head_lr, highest.lr_per_block) == (10.0, (1.0,))


@every
def test_a_recipe_keeps_the_optimizer_and_a_study_hands_it_on(optimizer: Optimizer) -> None:
    base = ExperimentConfig.model_validate({"data": {"dataset": "d", "text": "t", "label": "l"}})
    usual = RECIPES[RecipeName.FULL].apply(base, 6)
    own = apply_overrides(base, {"training.optimizer": str(optimizer)})
    config = RECIPES[RecipeName.FULL].apply(own, 6)
    assert config.training == usual.training.with_optimizer(optimizer)
    assert RECIPES[RecipeName.FULL].matches(config, 6)
    for recipes in (False, True):
        assert apply_overrides(usual, custom_overrides(config, recipes=recipes)) == config


def test_the_usual_optimizer_changes_no_job_id() -> None:
    config = ExperimentConfig.model_validate({"data": {"dataset": "d", "text": "t", "label": "l"}})
    assert "optimizer" not in canonical_json(config)
    assert "momentum" not in canonical_json(config)
    changed = config.model_copy(update={"training": config.training.with_optimizer(Optimizer.SGD)})
    assert job_id(config) != job_id(changed)
