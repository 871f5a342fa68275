"""Losses of all pairs of texts within a batch: same class alike, other classes apart."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from translearn_core.config import ContrastiveConfig, PairLoss, RegressionLoss


@dataclass(frozen=True)
class PairObjective:
    """Loss of feature vectors, shape (n, width), with class indices as targets, shape (n,).

    Each text is encoded once and paired with all others. Its loss counts pairs of its own class and pairs of
    other classes half each, as batches of equally many positive and negative pairs would.
    """

    config: ContrastiveConfig
    max_loss = float("inf")
    output = nn.Linear

    def fit(self, targets: Tensor, regression_loss: RegressionLoss) -> Self:
        """Return the objective unchanged."""
        del targets, regression_loss
        return self

    def loss(self, outputs: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the loss of each text over its pairs, shape (n,); a text without pairs has 0."""
        unit = functional.normalize(outputs.float(), dim=-1)
        similarity = unit @ unit.T
        same = targets[:, None] == targets[None, :]
        positive = same & ~torch.eye(len(targets), dtype=torch.bool, device=targets.device)
        if self.config.loss is PairLoss.COSINE:
            losses = cosine_pair_loss(similarity, positive, ~same)
        else:
            losses = supervised_contrastive_loss(similarity, positive, self.config.temperature)
        return losses if weights is None else losses * weights

    def activate(self, outputs: Tensor) -> Tensor:
        """Return the vectors."""
        return outputs

    def distillation(self, outputs: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        """Return no loss: vectors have no teacher."""
        del teacher, temperature
        return torch.zeros(len(outputs), device=outputs.device)


def cosine_pair_loss(similarity: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """Return half the mean squared error of positive pairs, from 1, plus half that of negative ones, from 0.

    Parameters
    ----------
    similarity : Tensor, shape (n, n)
        Cosine similarities.
    positive, negative : bool Tensors, shape (n, n)
        Pairs of one class, and of two.

    References
    ----------
    Tunstall et al. 2022, arXiv:2209.11055; Reimers & Gurevych 2019, arXiv:1908.10084.
    """
    near = _row_mean((1 - similarity).square(), positive)
    return (near + _row_mean(similarity.square(), negative)) / 2


def supervised_contrastive_loss(similarity: Tensor, positive: Tensor, temperature: float) -> Tensor:
    """Return the cross-entropy of each text's positive pairs against all its pairs, mean over the positives.

    References
    ----------
    Khosla et al. 2020, arXiv:2004.11362, equation 2.
    """
    itself = torch.eye(len(similarity), dtype=torch.bool, device=similarity.device)
    logits = (similarity / temperature).masked_fill(itself, float("-inf"))
    return -_row_mean(logits.log_softmax(-1), positive)


def _row_mean(values: Tensor, chosen: Tensor) -> Tensor:
    """Return the mean of the chosen values of each row, 0 without any."""
    return torch.where(chosen, values, 0.0).sum(1) / chosen.sum(1).clamp(min=1)
