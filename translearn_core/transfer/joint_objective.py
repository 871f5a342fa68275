"""Loss of several targets: the weighted sum of their losses, by hand or by uncertainty."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from translearn_core.config import ProblemType, RegressionLoss
from translearn_core.tasks import Target
from translearn_core.transfer.objectives import Objective


class TargetLoss(NamedTuple):
    """Objective of one target, its columns among the outputs and the target values, and its weight."""

    objective: Objective
    problem: ProblemType
    outputs: slice
    values: slice
    weight: float = 1.0


@dataclass(frozen=True)
class JointObjective:
    """Sum of the losses of several targets; a row without a value of a target adds nothing to its loss.

    With `log_variances` s, one per target, the weights are learned: exp(-s) of a classification and
    exp(-s) / 2 of a regression, plus s / 2.

    References
    ----------
    Kendall, Gal & Cipolla 2018, arXiv:1705.07115, equations 7 and 10.
    """

    parts: tuple[TargetLoss, ...]
    log_variances: Tensor | None = None
    max_loss = math.inf
    output = nn.Linear

    def fit(self, targets: Tensor, regression_loss: RegressionLoss) -> Self:
        """Return the objective unchanged: those of its targets are fitted already."""
        del targets, regression_loss
        return self

    def loss(self, outputs: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the loss of each row, shape (n,); `targets` and `weights` are packed by `pack`."""
        total = outputs.new_zeros(len(outputs))
        for index, part in enumerate(self.parts):
            known = ~targets[:, part.values.start].isnan()
            if known.any():
                own = None if weights is None else weights[known]
                losses = self.target_loss(index, outputs[known], targets[known], own)
                total = total + torch.zeros_like(total).masked_scatter(known, self._weighted(index, losses))
        return total

    def target_loss(
        self, index: int, outputs: Tensor, targets: Tensor, weights: Tensor | None = None
    ) -> Tensor:
        """Return the unweighted loss of one target of rows that all have a value of it, shape (n,)."""
        part = self.parts[index]
        values = unpack(targets[:, part.values], part.problem)
        own = None if weights is None else weights[:, part.values]
        own = own if own is None or part.problem is ProblemType.MULTI_LABEL else own[:, 0]
        return part.objective.loss(outputs[:, part.outputs], values, own)

    def _weighted(self, index: int, losses: Tensor) -> Tensor:
        """Return losses of one target with its weight."""
        if self.log_variances is None:
            return self.parts[index].weight * losses
        s = self.log_variances[index].to(losses.device)
        return self._precision(index, s) * losses + s / 2

    def _precision(self, index: int, log_variance: Tensor) -> Tensor:
        """Return the factor of one target's loss at a log variance."""
        factor = 0.5 if self.parts[index].problem is ProblemType.REGRESSION else 1.0
        return factor * (-log_variance).exp()

    @torch.no_grad()
    def learned_weights(self) -> list[float]:
        """Return the factor of each target's loss at the current log variances; empty if there are none."""
        if self.log_variances is None:
            return []
        return [float(self._precision(k, s)) for k, s in enumerate(self.log_variances)]

    @torch.no_grad()
    def weighted_losses(self, losses: Sequence[float]) -> float:
        """Return the loss of all targets from the mean loss of each; NaN ones are left out."""
        every = [self._weighted(k, torch.tensor(x)) for k, x in enumerate(losses) if not math.isnan(x)]
        return float(torch.stack(every).sum()) if every else math.nan

    def activate(self, outputs: Tensor) -> Tensor:
        """Return the predictions of all targets side by side."""
        return torch.cat([part.objective.activate(outputs[:, part.outputs]) for part in self.parts], dim=-1)

    def distillation(self, outputs: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        """Return the sum over targets of the distance from the teacher's outputs."""
        distances = [
            part.objective.distillation(outputs[:, part.outputs], teacher[:, part.outputs], temperature)
            for part in self.parts
        ]
        return torch.stack(distances).sum(0)


def pack(targets: Sequence[Target]) -> Tensor:
    """Return the values of all targets side by side, float32, NaN where a row has none."""
    return torch.cat([_packed(target.values, target.known_rows) for target in targets], dim=1)


def packed_widths(targets: Sequence[Target]) -> list[int]:
    """Return the number of columns of each target among packed values."""
    return [target.values.shape[1] if target.values.ndim > 1 else 1 for target in targets]


def _packed(values: NDArray[Any], known: NDArray[np.bool_]) -> Tensor:
    packed = torch.tensor(values, dtype=torch.float32).reshape(len(values), -1)
    packed[torch.from_numpy(~known)] = torch.nan
    return packed


def unpack(values: Tensor, problem: ProblemType) -> Tensor:
    """Return packed values of one target in the form that its objective takes."""
    if problem is ProblemType.MULTI_LABEL:
        return values > 0.5
    return values[:, 0] if problem is ProblemType.REGRESSION else values[:, 0].long()
