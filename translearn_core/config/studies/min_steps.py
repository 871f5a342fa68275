"""Minimum number of optimizer steps, by more epochs."""

from math import ceil
from typing import Any

from translearn_core.config.enums import ProblemType
from translearn_core.config.experiment import ExperimentConfig

WORDS_PER_SENTENCE = 20
"""Words of a sentence where its data are not known: 16 in the English Web Treebank, 24 in Wikigold."""


def with_min_steps(
    config: ExperimentConfig, rows: int, min_steps: int, words_per_text: float | None = None
) -> ExperimentConfig:
    """Return `config` with epochs and patience of all stages multiplied to take `min_steps` steps.

    What is fitted at once stays as it is, and so do pairs of texts, which are many even of few texts.

    On a handful of rows an epoch is a single step, too little training to judge the transfer.

    Parameters
    ----------
    config : ExperimentConfig
    rows : int
        Training rows, without augmented copies.
    min_steps : int
        Least number of steps over all stages; at most 500.
    words_per_text : float, optional
        Rows of a sentence of these data, if they are words; by default `WORDS_PER_SENTENCE`.

    References
    ----------
    Mosbach et al. 2021, arXiv:2006.04884, and Zhang et al. 2021, arXiv:2006.05987: fine-tuning on few rows
    fails for lack of steps.
    """
    if config.fitted_at_once or config.contrastive is not None:
        return config
    if config.data.problem is ProblemType.TOKENS:  # a batch holds sentences
        rows = ceil(rows / (words_per_text or WORDS_PER_SENTENCE))
    per_epoch = -(-rows * (1 + config.augment.copies) // config.training.batch_size)
    steps = per_epoch * sum(stage.epochs for stage in config.resolved_stages)
    steps //= 1 if config.self_training is None else config.self_training.repeats
    factor = -(-min_steps // steps)
    if factor <= 1:
        return config

    def longer(part: Any) -> Any:
        patience = None if part.patience is None else part.patience * factor
        return part.model_copy(update={"epochs": part.epochs * factor, "patience": patience})

    stages = tuple(longer(stage) for stage in config.stages)
    return config.model_copy(update={"training": longer(config.training), "stages": stages})
