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
    """

    config: SelfTrainingConfig
    rows: NDArray[np.int64]
    copies: NDArray[np.int64]
    seed: int
    needs_features: ClassVar[bool] = False

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
        """Return the weighted mean cross-entropy of `ratio` copies per row of `source`, any tensor of rows.

        A copy of a text whose prediction is below the threshold counts as 0. Texts are predicted without
        gradient, by the model as it trains.

        References
        ----------
        Sohn et al. 2020, arXiv:2001.07685, equation 4.
        """
        del progress
        drawn = rows_of_step(np.arange(len(self.rows)), self.seed, step, self.config.ratio * len(source))
        probabilities = _predict(model, inputs.batch(self.rows[drawn], learning=True), compute).softmax(-1)
        confidence, labels = probabilities.max(-1)
        copies = self.copies[drawn, step % self.copies.shape[1]]
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
