"""Consistency: an altered copy of a text without a label is to get the class of the text itself."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from translearn_core.activations import Compute
from translearn_core.config import AugmentConfig, SelfTrainingConfig
from translearn_core.training.batches import rows_of_step
from translearn_core.training.task import StepPart
from translearn_core.transfer import Batch, Classifier, Inputs

STRONG = {"copies": 2, "delete": 0.2, "swap": 0.2, "insert": 0.0}
"""Altered copies of each text, twice as far from it as augmentation is by default."""


def strong_augmentation(seed: int) -> AugmentConfig:
    """Return how texts without a label are altered."""
    return AugmentConfig(**STRONG, seed=seed)


@dataclass(frozen=True)
class Consistency:
    """Loss of altered copies against the hard predictions of their texts, where these are confident.

    `rows` index the inputs: texts without a label; `copies`, shape (rows, copies), their altered copies.
    A step takes `ratio` of them for each of the `batch_size` rows of its batch.
    """

    config: SelfTrainingConfig
    rows: NDArray[np.int64]
    copies: NDArray[np.int64]
    batch_size: int
    seed: int
    needs_features: ClassVar[bool] = False

    def loss(
        self,
        model: Classifier,
        source: Tensor,
        inputs: Inputs,
        compute: Compute,
        part: StepPart,
    ) -> Tensor:
        """Return the weighted mean cross-entropy of the copies of a part of a step; 0 without any.

        A copy of a text whose prediction is below the threshold counts as 0. Texts are predicted without
        gradient, by the model as it trains.

        References
        ----------
        Sohn et al. 2020, arXiv:2001.07685, equation 4.
        """
        count = self.config.ratio * self.batch_size
        drawn = rows_of_step(np.arange(len(self.rows)), self.seed, part.step, count)
        drawn = np.array_split(drawn, part.pieces)[part.piece]
        if not len(drawn):
            return source.new_zeros(())
        probabilities = _predict(model, inputs.batch(self.rows[drawn], learning=True), compute).softmax(-1)
        confidence, labels = probabilities.max(-1)
        copies = self.copies[drawn, part.step % self.copies.shape[1]]
        outputs = model(inputs.batch(copies, learning=True), compute).float()
        losses = functional.cross_entropy(outputs, labels, reduction="none")
        return self.config.weight * (losses * (confidence >= self.config.threshold)).mean()


@torch.no_grad()
def _predict(model: Classifier, batch: Batch, compute: Compute) -> Tensor:
    """Return outputs without gradient, computed as those with one are."""
    if batch.standardised is not None:
        outputs: Tensor = model(batch, compute)
        return outputs
    with compute.autocast():
        features = model.features(batch, compute)
    return torch.as_tensor(model.head(features)).float()
