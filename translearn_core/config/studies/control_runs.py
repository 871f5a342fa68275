"""Control runs: the same task from scratch, and the same run with another seed."""

from translearn_core.config.base import MAX_SEED, BaseConfig
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.config.recipes.recipe import RecipeName


def from_scratch_control(experiment: ExperimentConfig, n_blocks: int) -> ExperimentConfig:
    """Return the same task from random weights: same rows, copies, architecture, token limit and seed.

    `n_blocks` counts the blocks of the run's own backbone, which may be the lower part of a larger one.
    """
    scratch = RECIPES[RecipeName.SCRATCH].apply(experiment, experiment.backbone.keep_blocks or n_blocks)
    fresh = {"keep_blocks": experiment.backbone.keep_blocks, "init_seed": experiment.training.seed}
    backbone = scratch.backbone.model_copy(update=fresh)
    update = {"backbone": backbone, "augment": experiment.augment, "joint_run": None}
    return scratch.model_copy(update=update)


def next_seed_run(experiment: ExperimentConfig) -> ExperimentConfig:
    """Return the same experiment with the next seed for training and for random weights.

    The split stays, so that both are scored on the same test rows.
    """
    seed = (experiment.training.seed + 1) % (MAX_SEED + 1)  # wraps around
    parts: dict[str, BaseConfig] = {"training": experiment.training.model_copy(update={"seed": seed})}
    if experiment.backbone.random_init or experiment.backbone.reinit_top_layers:
        parts["backbone"] = experiment.backbone.model_copy(update={"init_seed": seed})
    return experiment.model_copy(update={**parts, "joint_run": None})


def differ_only_in_seed(first: ExperimentConfig, second: ExperimentConfig) -> bool:
    """Whether two experiments differ, and only in their seeds (see `next_seed_run`)."""
    return first != second and _seedless(first) == _seedless(second)


def _seedless(experiment: ExperimentConfig) -> ExperimentConfig:
    training = experiment.training.model_copy(update={"seed": 0})
    backbone = experiment.backbone.model_copy(update={"init_seed": 0})
    joint = None if experiment.joint_run is None else "of several targets"
    return experiment.model_copy(update={"training": training, "backbone": backbone, "joint_run": joint})
