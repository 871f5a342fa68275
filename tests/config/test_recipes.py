"""The recipes: complete, different from each other, and right on a backbone of any depth."""

import pytest
from pydantic import ValidationError

from translearn_core.config import (
    RECIPES,
    AugmentConfig,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    LayerCombination,
    Precision,
    RecipeName,
    TrainingConfig,
    Tuning,
    apply_overrides,
    match_recipe,
    recipe,
)
from translearn_core.config.recipes.catalog import closest_recipe
from translearn_core.config.recipes.recipe import UNCHANGED_SETTINGS
from translearn_core.errors import ConfigError

BASE = ExperimentConfig(
    data=DataConfig(dataset="d", text="t", label="l"),
    training=TrainingConfig(seed=7, batch_size=16, precision=Precision.FLOAT32),
)


@pytest.mark.parametrize("name", list(RecipeName))
def test_every_recipe_says_what_when_cost_and_source(name: RecipeName) -> None:
    entry = RECIPES[name]
    assert entry.name is name
    for sentence in (entry.summary, entry.use_when, entry.cost):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert entry.source


@pytest.mark.parametrize("n_blocks", [1, 2, 3, 6, 12, 24])
@pytest.mark.parametrize("name", list(RecipeName))
def test_every_recipe_works_on_every_depth_and_keeps_what_is_not_its_own(
    name: RecipeName, n_blocks: int
) -> None:
    config = RECIPES[name].apply(BASE, n_blocks, teacher="t")
    n_kept = config.backbone.keep_blocks or n_blocks
    config.check(n_kept)
    assert config.data == BASE.data
    assert (config.training.seed, config.training.batch_size) == (7, 16)
    assert config.training.precision is Precision.FLOAT32
    assert ExperimentConfig.model_validate_json(config.model_dump_json()) == config
    assert RECIPES[name].plan_of(n_blocks) == config.freeze


def test_recipes_differ_and_are_known_by_their_settings() -> None:
    configs = {name: RECIPES[name].apply(BASE, 6, teacher="t") for name in RecipeName}
    assert len(set(configs.values())) == len(configs)
    assert {match_recipe(config, 6) for config in configs.values()} == set(RecipeName)
    assert match_recipe(configs[RecipeName.LAST_K], 6) is RecipeName.LAST_K
    deeper = RECIPES[RecipeName.LAST_K].apply(BASE, 6, depth=4)
    assert deeper.freeze == FreezePlan.last_n(4, 6)
    assert match_recipe(deeper, 6) is RecipeName.LAST_K
    assert match_recipe(apply_overrides(deeper, {"training.epochs": 77}), 6) is None


def test_recipes_are_what_they_are_called() -> None:
    def of(name: RecipeName, **parts: object) -> ExperimentConfig:
        return RECIPES[name].apply(BASE, 6, **parts)  # type: ignore[arg-type]

    gradual = of(RecipeName.GRADUAL)
    assert [stage.freeze.first_trainable_block(6) for stage in gradual.resolved_stages] == [
        6,
        5,
        4,
        3,
        2,
        1,
        0,
    ]
    assert [
        stage.freeze.first_trainable_block(6) for stage in of(RecipeName.GRADUAL, depth=2).resolved_stages
    ] == [6, 5, 4]
    bottom = of(RecipeName.BOTTOM_UP)
    assert [stage.freeze.blocks for stage in bottom.stages] == [(), (0,), (1,), (2,), (3,), (4,), (5,)]
    assert bottom.freeze == FreezePlan.full(6, embeddings=False)
    assert of(RecipeName.LP_FT).stages[0].freeze == FreezePlan()
    assert of(RecipeName.LORA).tuning.kind is Tuning.LORA
    assert of(RecipeName.SCRATCH).backbone.random_init
    assert of(RecipeName.CONCAT_4).features.layer_combination is LayerCombination.CONCAT_4
    assert of(RecipeName.DISTIL, teacher="t").backbone == BackboneConfig(keep_blocks=3)
    assert of(RecipeName.DISCRIMINATIVE).training.layer_decay < 1
    from_scratch = of(RecipeName.LINEAR)
    assert not RECIPES[RecipeName.LINEAR].apply(of(RecipeName.SCRATCH), 6).backbone.random_init
    assert from_scratch.freeze == FreezePlan()


@pytest.mark.parametrize("name", list(RecipeName))
def test_a_recipe_keeps_what_is_a_persons_own_and_fills_in_all_else(name: RecipeName) -> None:
    own = {
        "features.pooling": "max",
        "features.token_limit": 32,
        "training.batch_size": 8,
        "training.class_weights": "balanced",
        "training.regression_loss": "huber",
        "training.optimizer": "sgd",
        "training.momentum": 0.8,
        "training.device": "cpu",
        "training.precision": "bf16",
        "training.seed": 5,
    }
    others = {"augment.copies": 3, "training.epochs": 99, "training.lr": 0.5, "head.dropout": 0.7}
    usual = RECIPES[name].apply(BASE, 6, teacher="t")
    assert RECIPES[name].apply(apply_overrides(BASE, others), 6, teacher="t") == usual
    assert usual.augment == AugmentConfig(), "no recipe asks for altered copies"
    assert RECIPES[name].apply(apply_overrides(BASE, own), 6, teacher="t") == apply_overrides(usual, own)
    assert set(own) - {"training.seed"} == {
        f"{part}.{one}" for part, those in UNCHANGED_SETTINGS.items() for one in those
    }


def test_a_run_takes_after_a_recipe_where_that_shows() -> None:
    def after(name: RecipeName, **settings: object) -> RecipeName | None:
        configs = RECIPES[name].apply(BASE, 6, teacher="t")
        return closest_recipe(
            apply_overrides(configs, {path.replace("__", "."): v for path, v in settings.items()}), 6
        )

    plain = {RecipeName.LINEAR, RecipeName.LAST_K}
    assert {after(name) for name in RecipeName} == {None, *(set(RecipeName) - plain)}
    assert after(RecipeName.GRADUAL, training__epochs=4, augment__copies=1) is RecipeName.GRADUAL
    assert after(RecipeName.SUM_4, training__epochs=4) is RecipeName.SUM_4
    assert after(RecipeName.SCRATCH, training__epochs=4) is RecipeName.SCRATCH
    assert after(RecipeName.FULL, training__epochs=4) is None, "that is a plain plan"
    assert after(RecipeName.GRADUAL, stages=[]) is None


def test_what_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="recipe is 'magic'"):
        recipe("magic")
    with pytest.raises(ConfigError, match="depth is 9"):
        RECIPES[RecipeName.LAST_K].apply(BASE, 6, depth=9)
    with pytest.raises(ConfigError, match=r"depth is 0.*lora"):
        RECIPES[RecipeName.LORA].apply(BASE, 6, depth=0)
    with pytest.raises(ConfigError, match=r"distil\.teacher"):
        RECIPES[RecipeName.DISTIL].apply(BASE, 6)
    with pytest.raises(ConfigError, match=r"training\.epoch"):
        apply_overrides(BASE, {"training.epoch": 3})
    with pytest.raises(ConfigError, match="nothing"):
        apply_overrides(BASE, {"nothing.here": 3})
    with pytest.raises(ValidationError, match="lr"):
        apply_overrides(BASE, {"training.lr": -1})
    with pytest.raises(ConfigError, match=r"training\.lr_per_block"):
        apply_overrides(BASE, {"training.lr_per_block": [1e-4, 1e-4]}).check(6)
    with pytest.raises(ConfigError, match=r"freeze\.blocks is 9"):
        apply_overrides(BASE, {"freeze.blocks": [9]}).check(6)
