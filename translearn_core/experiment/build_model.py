"""Model of an experiment, and validation of its settings against the backbone."""

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.backbones import Backbone
from translearn_core.config import ExperimentConfig
from translearn_core.errors import ConfigError
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.transfer import Classifier
from translearn_core.transfer.heads import ScaledLinear, suppress_outputs


def check(config: ExperimentConfig, backbone: Backbone) -> None:
    """Validate an experiment against its backbone.

    Raises
    ------
    ConfigError
        If the backbone lacks a block, layer or pooling of `config`, or its token limit is lower.
    """
    config.check(backbone.n_blocks)
    pooling, backbone_info = config.features.pooling, backbone.info
    if pooling not in backbone_info.poolings:
        raise ConfigError(
            "features.pooling",
            str(pooling),
            f"{', '.join(backbone_info.poolings)} for {config.backbone.label}",
        )
    if config.features.token_limit > backbone_info.token_limit:
        raise ConfigError(
            "features.token_limit",
            config.features.token_limit,
            f"at most {backbone_info.token_limit} for {config.backbone.label}",
        )


def build(
    config: ExperimentConfig, backbone: Backbone, target: Target, train: NDArray[np.int64] | None = None
) -> Classifier:
    """Return a model of `target` with a new head, frozen as planned.

    Outputs without rows in `train`, by default all rows, never train; a number's units are theirs.
    """
    model = Classifier(
        backbone, config.freeze, config.features, config.head, target.n_outputs,
        problem=target.problem, tuning=config.tuning,
        dropout=config.training.block_dropout, seed=config.training.seed,
    )  # fmt: skip
    train = np.arange(len(target.values)) if train is None else train
    final = model.head[-1]
    if isinstance(final, ScaledLinear):
        final.fit(torch.tensor(target.values[train]))
    suppress_outputs(model.head, PROBLEMS[target.problem].absent_outputs(target, train).tolist())
    return model
