"""Objectives: what outputs mean, and their loss per row or position."""

import math
from dataclasses import dataclass, replace
from typing import Protocol, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from translearn_core.config import ProblemType, RegressionLoss
from translearn_core.transfer.heads import SUPPRESSED_LOGIT, ScaledLinear, standard_deviation

IGNORE_INDEX = -100
"""Target of a position that is not predicted."""
MIN_TEACHER_PROBABILITY = 1e-8
"""Lower bound of a teacher's probabilities at temperature 1, so that their logarithms are finite."""


class Objective(Protocol):
    """Loss of outputs, shape (n, …), one per row or predicted position; weights and sums are the loop's.

    Reported losses of held-out rows are at most `max_loss`; `output` is the class of a head's last layer.
    """

    @property
    def max_loss(self) -> float: ...  # noqa: D102

    @property
    def output(self) -> type[nn.Linear]: ...  # noqa: D102

    def fit(self, targets: Tensor, regression_loss: RegressionLoss) -> Self:
        """Return the objective with the statistics of the training rows' targets."""

    def loss(self, outputs: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the loss of each output, shape (n,).

        `weights`, shape (n,) or (n, outputs), weigh each row, or each output of a row.
        """

    def activate(self, outputs: Tensor) -> Tensor:
        """Return predictions, such as probabilities, from outputs."""

    def distillation(self, outputs: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        """Return the distance of each output from the teacher's output at a temperature, shape (n,)."""


class CrossEntropy:
    """One class of several, of a row or of a masked token; outputs are logits, losses are in nats."""

    max_loss = -math.log(torch.finfo(torch.float32).eps)
    """Loss of the probability float32 epsilon; that of a class without training rows is 0."""
    output = nn.Linear

    def fit(self, targets: Tensor, regression_loss: RegressionLoss) -> Self:
        """Return the objective unchanged."""
        del targets, regression_loss
        return self

    def loss(self, outputs: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the cross-entropy of each output with its class."""
        losses = functional.cross_entropy(outputs, targets, reduction="none")
        return losses if weights is None else losses * weights

    def activate(self, outputs: Tensor) -> Tensor:
        """Return the probability of every class."""
        return outputs.softmax(-1)

    def distillation(self, outputs: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        """Return the Kullback-Leibler divergence from the teacher's softened probabilities.

        References
        ----------
        Hinton, Vinyals & Dean 2015, arXiv:1503.02531, section 2.
        """
        bounded = teacher.log_softmax(-1).clamp(min=math.log(MIN_TEACHER_PROBABILITY))
        soft = self.activate(bounded / temperature)
        divergence = functional.kl_div((outputs / temperature).log_softmax(-1), soft, reduction="none")
        return temperature * temperature * divergence.sum(-1)


class BinaryCrossEntropy:
    """Any labels of several, each yes or no; outputs are logits, losses are means over labels in nats."""

    max_loss = CrossEntropy.max_loss
    output = nn.Linear

    def fit(self, targets: Tensor, regression_loss: RegressionLoss) -> Self:
        """Return the objective unchanged."""
        del targets, regression_loss
        return self

    def loss(self, outputs: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the mean cross-entropy of each row's labels; that of a suppressed label is bounded."""
        losses = functional.binary_cross_entropy_with_logits(
            outputs, targets.to(outputs.dtype), reduction="none"
        )
        losses = torch.where(outputs < SUPPRESSED_LOGIT / 2, losses.clamp(max=self.max_loss), losses)
        return (losses if weights is None else losses * weights).mean(-1)

    def activate(self, outputs: Tensor) -> Tensor:
        """Return the probability of every label."""
        return outputs.sigmoid()

    def distillation(self, outputs: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        """Return the mean divergence from the teacher's softened probability of each label."""
        soft = self.activate(teacher / temperature)
        logits = outputs / temperature
        cross = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
        entropy = functional.binary_cross_entropy_with_logits(teacher / temperature, soft, reduction="none")
        return temperature * temperature * (cross - entropy).mean(-1)


@dataclass(frozen=True)
class RegressionError:
    """A number per row; outputs are numbers, losses are of errors in standard deviations, `scale`."""

    scale: float = 1.0
    kind: RegressionLoss = RegressionLoss.MSE
    max_loss = math.inf
    output = ScaledLinear

    def fit(self, targets: Tensor, regression_loss: RegressionLoss) -> Self:
        """Return the loss of errors in standard deviations of the training rows' targets."""
        return replace(self, scale=standard_deviation(targets), kind=regression_loss)

    def loss(self, outputs: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the squared or Huber loss of each output, half of the square up to an error of 1.

        References
        ----------
        Huber 1964, doi:10.1214/aoms/1177703732.
        """
        error = (outputs[:, 0] - targets.to(outputs.dtype)) / self.scale
        huber = self.kind is RegressionLoss.HUBER
        losses = (
            functional.huber_loss(error, torch.zeros_like(error), reduction="none")
            if huber
            else error.square()
        )
        return losses if weights is None else losses * weights

    def activate(self, outputs: Tensor) -> Tensor:
        """Return the outputs."""
        return outputs

    def distillation(self, outputs: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        """Return the squared distance from the teacher's outputs, in standard deviations."""
        del temperature
        return ((outputs - teacher) / self.scale).square().sum(-1)


OBJECTIVES: dict[ProblemType, Objective] = {
    ProblemType.SINGLE_LABEL: CrossEntropy(),
    ProblemType.MULTI_LABEL: BinaryCrossEntropy(),
    ProblemType.REGRESSION: RegressionError(),
    ProblemType.TOKENS: CrossEntropy(),
}
"""Objective of each problem type."""
