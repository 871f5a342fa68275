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
from translearn_core.training.task import StepPart
from translearn_core.transfer import Classifier, Inputs


@dataclass(frozen=True)
class Alignment:
    """Loss between the features of a batch's source rows and those of target rows.

    Parameters
    ----------
    rows : int array
        Target rows of the inputs, whose labels are not used.
    of_target : bool array
        Whether each row of the inputs is of the target: those of a batch that are count as no source.
    batch_size : int
        Target rows of a step; of words, target sentences.
    """

    config: AdaptationConfig
    rows: NDArray[np.int64]
    of_target: NDArray[np.bool_]
    batch_size: int
    seed: int
    needs_features: ClassVar[bool] = True

    def draw(self, inputs: Inputs, part: StepPart) -> NDArray[np.int64]:
        """Return the target rows for a part of a step, see `rows_of_step`."""
        units = inputs.units(self.rows)
        number = np.arange(len(self.rows if units is None else units))
        drawn = rows_of_step(number, self.seed, part.step, self.batch_size)
        drawn = np.array_split(drawn, part.pieces)[part.piece]
        if units is None:
            return self.rows[drawn]
        return np.concatenate([units[k] for k in drawn.tolist()]) if len(drawn) else self.rows[:0]

    def loss(
        self,
        model: Classifier,
        source: Tensor,
        inputs: Inputs,
        compute: Compute,
        part: StepPart,
    ) -> Tensor:
        """Return the weighted loss between `source`, the features of a part of a batch, and target rows.

        Features are standardised as the head's input is. Without source rows or target rows it is 0.
        """
        chosen, drawn = np.flatnonzero(~self.of_target[part.rows]), self.draw(inputs, part)
        if not len(chosen) or not len(drawn):
            return source.new_zeros(())
        batch = inputs.batch(drawn, learning=True)
        target = model.standardise(model.features(batch, compute)).float()
        near = model.standardise(source[torch.from_numpy(chosen).to(source.device)]).float()
        match self.config.method:
            case AdaptationMethod.CORAL:
                loss = coral_loss(near, target)
            case AdaptationMethod.MMD:
                loss = mmd_loss(near, target)
            case _:
                assert isinstance(model.discriminator, DomainDiscriminator)
                loss = model.discriminator.loss(near, target, reversal_strength(part.progress))
        return torch.as_tensor(self.config.weight) * loss
