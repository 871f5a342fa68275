"""Alignment: each step adds a loss that draws the features of source and target together."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute
from translearn_core.config.adaptation import AdaptationConfig, AdaptationMethod
from translearn_core.training.adaptation.domain_losses import (
    DomainDiscriminator,
    coral_loss,
    mmd_loss,
    reversal_strength,
)
from translearn_core.training.batches import rows_of_step
from translearn_core.transfer import Classifier, Inputs


@dataclass(frozen=True)
class Alignment:
    """Loss between the features of a batch and those of as many target rows.

    `rows` index the inputs: target texts without labels. `progress` is set by the loop before each step: the
    share of the training that is done.
    """

    config: AdaptationConfig
    rows: NDArray[np.int64]
    seed: int
    needs_features: ClassVar[bool] = True

    def draw(self, step: int, count: int) -> NDArray[np.int64]:
        """Return `count` target rows for a step, see `rows_of_step`."""
        return rows_of_step(self.rows, self.seed, step, count)

    def loss(
        self,
        model: Classifier,
        source: Tensor,
        inputs: Inputs,
        compute: Compute,
        *,
        step: int,
        progress: float,
    ) -> Tensor:
        """Return the weighted loss between `source`, the features of a batch, and target rows.

        Features are standardised as the head's input is.
        """
        batch = inputs.batch(self.draw(step, len(source)), learning=True)
        target = model.standardise(model.features(batch, compute)).float()
        near = model.standardise(source).float()
        match self.config.method:
            case AdaptationMethod.CORAL:
                loss = coral_loss(near, target)
            case AdaptationMethod.MMD:
                loss = mmd_loss(near, target)
            case _:
                assert isinstance(model.discriminator, DomainDiscriminator)
                loss = model.discriminator.loss(near, target, reversal_strength(progress))
        return torch.as_tensor(self.config.weight) * loss
