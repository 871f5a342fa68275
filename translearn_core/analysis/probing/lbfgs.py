"""Batched L-BFGS on independent problems: tensors of shape (problems, ·, ·).

Liu & Nocedal (1989), On the limited memory BFGS method for large scale optimization.
"""

from collections.abc import Callable

import torch
from torch import Tensor

PAIRS = 30
"""Steps and gradient changes in memory."""
ARMIJO = 1e-4
"""Armijo constant: minimum decrease as a fraction of the one predicted by the slope."""
NOISE = 1e-7
"""Relative rounding error of a loss from single-precision logits; a smaller increase is accepted."""
HALVINGS = 20
"""Maximum number of step halvings."""

Objective = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Function of the parameters and indices of some problems; returns float64 losses and gradients."""


def minimize(
    objective: Objective, which: Tensor, theta: Tensor, loss: Tensor, gradient: Tensor, direction: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Backtracking line search of the problems `which`; return steps, losses and gradients.

    Only problems without sufficient decrease are evaluated again; the step is 0 if none is found.
    """
    predicted = ARMIJO * _dot(gradient, direction).double()
    allowed = loss + NOISE * loss.abs()
    step, active, fraction = direction.clone(), torch.arange(len(theta)), 1.0
    new_loss, new_gradient = loss.clone(), gradient.clone()
    for _ in range(HALVINGS):
        new_loss[active], new_gradient[active] = objective(theta[active] + step[active], which[active])
        active = active[~(new_loss <= allowed + fraction * predicted)[active]]
        if not len(active):
            return step, new_loss, new_gradient
        fraction /= 2
        step[active] *= 0.5
    step[active], new_loss[active], new_gradient[active] = 0.0, loss[active], gradient[active]
    return step, new_loss, new_gradient


class Memory:
    """L-BFGS approximation of the inverse Hessians, with a fixed preconditioner as initial matrix."""

    def __init__(self, precondition: Callable[[Tensor], Tensor]) -> None:
        self.precondition = precondition
        self.scale = torch.ones(1)
        self.pairs: list[tuple[Tensor, Tensor, Tensor]] = []

    def remember(self, step: Tensor, change: Tensor) -> None:
        """Store a step and its gradient change; ignored for problems without positive curvature."""
        curvature = _dot(step, change)
        positive = curvature > 0
        weight = torch.where(positive, 1 / curvature, 0.0)
        self.pairs = [*self.pairs[1 - PAIRS :], (step, change, weight)]
        self.scale = torch.where(positive, curvature / _dot(change, self.precondition(change)), self.scale)

    def times(self, gradient: Tensor) -> Tensor:
        """Multiply by the inverse Hessian (two-loop recursion)."""
        q, alphas = gradient.clone(), []
        for step, change, weight in reversed(self.pairs):
            alphas.append(weight * _dot(step, q))
            q.addcmul_(alphas[-1][:, None, None], change, value=-1)
        r = self.precondition(q) * self.scale[:, None, None]
        for (step, change, weight), alpha in zip(self.pairs, reversed(alphas), strict=True):
            r.addcmul_((alpha - weight * _dot(change, r))[:, None, None], step)
        return r


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(dim=(1, 2))
