"""L-BFGS on many independent problems at once: tensors of shape (problems, ·, ·), nothing shared.

Liu & Nocedal (1989), On the limited memory BFGS method for large scale optimization.
"""

from collections.abc import Callable

import torch
from torch import Tensor

PAIRS = 20
"""Steps and gradient changes remembered."""
ARMIJO = 1e-4
"""Share of the fall its slope promises that a step must keep."""
NOISE = 1e-7
"""Relative error of a loss from single precision logits: a rise below it is none."""
HALVINGS = 20
"""Tries at most to find a lower loss."""

Objective = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Parameters to losses (problems,) float64 and the gradient."""


def search(
    objective: Objective, theta: Tensor, loss: Tensor, gradient: Tensor, direction: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Halve each problem's step until its loss falls enough; return steps, losses and gradients there.

    A problem that finds no lower loss stays where it is.
    """
    slope = _dot(gradient, direction).double()
    length = torch.ones(len(theta))
    for _ in range(HALVINGS):
        step = length[:, None, None] * direction
        new_loss, new_gradient = objective(theta + step)
        poor = new_loss > loss + ARMIJO * length * slope + NOISE * loss.abs()
        if not poor.any():
            return step, new_loss, new_gradient
        length = torch.where(poor, length / 2, length)
    step = torch.where(poor, 0.0, length)[:, None, None] * direction
    return step, *objective(theta + step)


class Memory:
    """The inverse Hessian of each problem as its last steps show it, around a fixed preconditioner."""

    def __init__(self, precondition: Callable[[Tensor], Tensor]) -> None:
        self.precondition = precondition
        self.scale = torch.ones(1)
        self.pairs: list[tuple[Tensor, Tensor, Tensor]] = []

    def remember(self, step: Tensor, change: Tensor) -> None:
        """Keep a step and the gradient's change over it; a problem that stood still learns nothing."""
        curvature = _dot(step, change)
        moved = curvature > 0
        weight = torch.where(moved, 1 / curvature, 0.0)
        self.pairs = [*self.pairs[1 - PAIRS :], (step, change, weight)]
        self.scale = torch.where(moved, curvature / _dot(change, self.precondition(change)), self.scale)

    def times(self, gradient: Tensor) -> Tensor:
        """Multiply by the inverse Hessian (two-loop recursion)."""
        q, alphas = gradient, []
        for step, change, weight in reversed(self.pairs):
            alphas.append(weight * _dot(step, q))
            q = q - alphas[-1][:, None, None] * change
        r = self.precondition(q) * self.scale[:, None, None]
        for (step, change, weight), alpha in zip(self.pairs, reversed(alphas), strict=True):
            r = r + (alpha - weight * _dot(change, r))[:, None, None] * step
        return r


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(dim=(1, 2))
