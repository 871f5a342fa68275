"""What a run is held against: the same task from nothing, and the same run with another seed."""

from translearn_core.config.base import BaseConfig
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.config.recipes.recipe import RecipeName
from translearn_core.config.seed import MAX_SEED


def from_scratch_control(experiment: ExperimentConfig, n_blocks: int) -> ExperimentConfig:
    """Return the same task learned from fresh weights: same rows and copies, architecture, limit and seed.

    `n_blocks` counts the blocks of the run's own backbone, which may be the lower part of a larger one.
    """
    made = RECIPES[RecipeName.SCRATCH].apply(experiment, experiment.backbone.blocks or n_blocks)
    fresh = {"blocks": experiment.backbone.blocks, "init_seed": experiment.training.seed}
    backbone = made.backbone.model_copy(update=fresh)
    return made.model_copy(update={"backbone": backbone, "augment": experiment.augment})


def next_seed_run(experiment: ExperimentConfig) -> ExperimentConfig:
    """Return the same experiment with the next seed: of head, order and dropout, and of weights made fresh.

    How rows are dealt stays, so that both are scored on the same test rows.
    """
    seed = (experiment.training.seed + 1) % (MAX_SEED + 1)  # after the last comes the first
    parts: dict[str, BaseConfig] = {"training": experiment.training.model_copy(update={"seed": seed})}
    if experiment.backbone.random_init or experiment.backbone.fresh_top:
        parts["backbone"] = experiment.backbone.model_copy(update={"init_seed": seed})
    return experiment.model_copy(update=parts)


def differ_only_in_seed(one: ExperimentConfig, other: ExperimentConfig) -> bool:
    """Whether two experiments are the same but for the seed, as `sibling_of` makes them."""
    return one != other and _seedless(one) == _seedless(other)


def _seedless(experiment: ExperimentConfig) -> ExperimentConfig:
    training = experiment.training.model_copy(update={"seed": 0})
    backbone = experiment.backbone.model_copy(update={"init_seed": 0})
    return experiment.model_copy(update={"training": training, "backbone": backbone})
