"""Few rows make few steps: an experiment with so many times its epochs that it takes enough of them."""

from typing import Any

from translearn_core.config.experiment import ExperimentConfig


def with_min_steps(config: ExperimentConfig, rows: int, fewest: int) -> ExperimentConfig:
    """Return `config` with all its epochs multiplied by the least number that makes `fewest` steps.

    On a handful of rows an epoch is a single step, and a recipe's few epochs would leave any backbone where
    it was: what failed then is the training and not the transfer. Stages and patience, which count epochs
    too, are multiplied alike.

    Parameters
    ----------
    config : ExperimentConfig
    rows : int
        Training rows it learns from, without altered copies.
    fewest : int
        Steps at least, over all stages; at most 500.

    References
    ----------
    Mosbach et al. 2021, arXiv:2006.04884, and Zhang et al. 2021, arXiv:2006.05987: fine-tuning on few rows
    fails for want of steps.
    """
    per_epoch = -(-rows * (1 + config.augment.copies) // config.training.batch_size)
    steps = per_epoch * sum(stage.epochs for stage in config.resolved_stages)
    times = -(-fewest // steps)
    if times <= 1:
        return config

    def longer(part: Any) -> Any:
        patience = None if part.patience is None else part.patience * times
        return part.model_copy(update={"epochs": part.epochs * times, "patience": patience})

    stages = tuple(longer(stage) for stage in config.stages)
    return config.model_copy(update={"training": longer(config.training), "stages": stages})
