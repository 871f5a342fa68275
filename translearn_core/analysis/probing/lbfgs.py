"""L-BFGS on many independent problems at once: tensors of shape (problems, ·, ·), nothing shared.

Liu & Nocedal (1989), On the limited memory BFGS method for large scale optimization.
"""

from collections.abc import Callable

import torch
from torch import Tensor

PAIRS = 30
"""Steps and gradient changes remembered."""
ARMIJO = 1e-4
"""Share of the fall its slope promises that a step must keep."""
NOISE = 1e-7
"""Relative error of a loss from single precision logits: a rise below it is none."""
HALVINGS = 20
"""Tries at most to find a lower loss."""

Objective = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Parameters of some problems, and which problems, to losses float64 and the gradient."""


def minimize(
    objective: Objective, which: Tensor, theta: Tensor, loss: Tensor, gradient: Tensor, direction: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Halve the step of the problems `which` until its loss falls enough; return steps, losses and gradients.

    Only problems still without a lower loss are evaluated again; one that finds none stays where it is.
    """
    promised = ARMIJO * _dot(gradient, direction).double()
    allowed = loss + NOISE * loss.abs()
    step, trying, share = direction.clone(), torch.arange(len(theta)), 1.0
    new_loss, new_gradient = loss.clone(), gradient.clone()
    for _ in range(HALVINGS):
        new_loss[trying], new_gradient[trying] = objective(theta[trying] + step[trying], which[trying])
        trying = trying[~(new_loss <= allowed + share * promised)[trying]]
        if not len(trying):
            return step, new_loss, new_gradient
        share /= 2
        step[trying] *= 0.5
    step[trying], new_loss[trying], new_gradient[trying] = 0.0, loss[trying], gradient[trying]
    return step, new_loss, new_gradient


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
