"""Heads of several targets on the same features."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from translearn_core.config import ProblemType


class HeadOutputs(NamedTuple):
    """Outputs of one target's head: problem type and number."""

    problem: ProblemType
    n: int


class TargetHeads(nn.Module):
    """A head per target on the same features; outputs, shape (rows, outputs), stand side by side.

    `log_variances`, one per target, weigh the losses if they are learned, else there are none.
    """

    log_variances: nn.Parameter | None

    def __init__(self, heads: Iterable[nn.Sequential], *, learned_weights: bool) -> None:
        super().__init__()
        self.heads = nn.ModuleList(heads)
        weights = nn.Parameter(torch.zeros(len(self.heads))) if learned_weights else None
        self.register_parameter("log_variances", weights)

    def forward(self, features: Tensor) -> Tensor:
        """Return the outputs of all heads."""
        return torch.cat([head(features) for head in self.heads], dim=-1)

    def clear_idle_gradients(self) -> None:
        """Clear the gradients of heads that a step did not use, so that the optimizer leaves these alone."""
        for head in self.heads:
            parameters = list(head.parameters())
            if not any(p.grad is not None and bool(p.grad.any()) for p in parameters):
                for parameter in parameters:
                    parameter.grad = None


def output_slices(widths: Sequence[int]) -> tuple[slice, ...]:
    """Return the columns of every target among those of all, for their widths."""
    ends = [sum(widths[: k + 1]) for k in range(len(widths))]
    return tuple(slice(end - width, end) for width, end in zip(widths, ends, strict=True))
