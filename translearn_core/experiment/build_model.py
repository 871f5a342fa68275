"""Model of an experiment, and validation of its settings against the backbone."""

import numpy as np
import torch
from numpy.typing import NDArray

from translearn_core.backbones import Backbone
from translearn_core.config import ExperimentConfig, TaskWeighting
from translearn_core.errors import ConfigError
from translearn_core.tasks import PROBLEMS, JointTarget, Target
from translearn_core.transfer import Classifier
from translearn_core.transfer.heads import ScaledLinear, suppress_outputs
from translearn_core.transfer.target_heads import HeadOutputs


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
    """Return a model of `target`, or of several, with new heads, frozen as planned.

    Outputs without rows in `train`, by default all rows, never train; a number's units are theirs.
    """
    first, *others = parts = target.parts if isinstance(target, JointTarget) else (target,)
    model = Classifier(
        backbone, config.freeze, config.features, config.head, first.n_outputs,
        problem=first.problem, further=[HeadOutputs(part.problem, part.n_outputs) for part in others],
        learned_weights=config.training.task_weighting is TaskWeighting.UNCERTAINTY,
        tuning=config.tuning, dropout=config.training.block_dropout, seed=config.training.seed,
    )  # fmt: skip
    train = np.arange(len(target.values)) if train is None else train
    for head, part in zip(model.final_heads, parts, strict=True):
        known = train[part.known_rows[train]]
        if isinstance(final := head[-1], ScaledLinear):
            final.fit(torch.tensor(part.values[known]))
        suppress_outputs(head, PROBLEMS[part.problem].absent_outputs(part, known).tolist())
    return model
