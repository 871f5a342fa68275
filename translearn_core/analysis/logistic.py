"""Many L2-regularised softmax regressions on (parts of) the same rows, solved together.

Fits that differ only in which rows they see, such as the folds of a cross-validation, share the matrix products that
cost the time: their weights stand side by side as columns. Each fit keeps its own standardisation, line search
and L-BFGS memory, so it ends where it would have ended alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

MEMORY = 20
"""Pairs of steps and gradient changes L-BFGS remembers."""
TOLERANCE = 2e-5
"""Largest entry of the mean loss's gradient at which a fit is done (scikit-learn stops at 1e-4, from a worse conditioned start)."""
STEPS = 300
"""Iterations at most."""
LOGITS_AT_ONCE = 1_000_000
"""Logits held at a time: small enough for the processor's cache."""
NEVER = -1e9
"""Logit of a class a fit has not seen."""
CURVATURE = 0.125
"""What the loss bends like on the way, as a share of its bend at equal probabilities (1 / classes)."""


@dataclass(frozen=True)
class Problem:
    """Rows, and which of them each fit sees.

    `x` (rows, width) float32, roughly standardised so that single precision is enough; `y` (rows,) int64; `seen` (rows, fits) float32, 1 where a fit may learn from a row;
    `classes` counts the classes.
    """

    x: Tensor
    y: Tensor
    seen: Tensor
    classes: int


@dataclass(frozen=True)
class Fits:
    """Weights (fits, width, classes) and biases (fits, classes), to be applied to the rows as they were given."""

    weight: Tensor
    bias: Tensor

    def predict(self, x: Tensor, which: int) -> Tensor:
        """Likeliest class of each row under one fit."""
        return torch.addmm(self.bias[which], x, self.weight[which]).argmax(dim=1)


def fit(problem: Problem, tick: Callable[[float], None] | None = None) -> Fits:
    """Minimise cross-entropy + ½‖weights‖² on the rows each fit sees, standardised by those same rows.

    The objective is that of scikit-learn's ``LogisticRegression(C=1)`` after ``StandardScaler``, bias not penalised. A class
    without rows is never predicted. With two classes the penalty counts twice, which makes a softmax with two columns the
    one-column regression that scikit-learn fits there.

    Parameters
    ----------
    problem : Problem
        Every fit sees at least one row.
    tick : callable, optional
        Called with the share of the iterations done, before each; may raise to stop.

    References
    ----------
    Liu & Nocedal (1989), On the limited memory BFGS method. Böhning (1992), Multinomial logistic regression algorithm:
    the shape of the bound, classes apart, is what the gradient is preconditioned with.
    """
    objective = _Objective(problem)
    memory = _Memory(objective.precondition)
    theta = objective.start()
    loss, gradient = objective(theta)
    for step in range(STEPS):
        if tick:
            tick(step / STEPS)
        active = gradient.abs().amax(dim=(1, 2)) > TOLERANCE * objective.rows
        if not active.any():
            break
        direction = -memory.times(gradient) * active[:, None, None]
        length, new_loss, new_gradient = _search(objective, theta, loss, gradient, direction)
        moved = length[:, None, None] * direction
        if not moved.any():  # float32 sees no lower loss
            break
        memory.remember(moved, new_gradient - gradient)
        theta, loss, gradient = theta + moved, new_loss, new_gradient
    return objective.unscaled(theta)


class _Objective:
    """Loss and gradient of all fits, at parameters of shape (fits, width + 1, classes) whose last row is the bias."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        x, seen = problem.x, problem.seen
        self.rows = seen.sum(dim=0)
        self.mean = (seen.T @ x) / self.rows[:, None]
        square = torch.stack([(((x - m) ** 2).T @ s) for m, s in zip(self.mean, seen.T, strict=True)])
        deviation = (square / self.rows[:, None]).sqrt()
        # A constant column keeps a deviation of rounding errors: dividing by it would blow them up.
        flat = deviation <= 1e-6 * (self.mean.abs() + 1e-30)
        self.scale = torch.where(flat, 1.0, deviation)
        held = torch.zeros(problem.classes, len(self.rows)).index_add_(0, problem.y, seen).T > 0
        self.never = torch.where(held, 0.0, NEVER)
        self.penalty = torch.where(held.sum(dim=1) == 2, 2.0, 1.0)
        self.block = max(256, LOGITS_AT_ONCE // self.never.numel())
        self.inverse = self._inverse()

    def _inverse(self) -> Tensor:
        """Invert the curvature at equal probabilities, of the rows' common scatter: (width, width)."""
        x = (self.problem.x - self.mean[-1]) / self.scale[-1]
        scatter = (x.T @ x).double() * (CURVATURE / self.problem.classes)
        scatter.diagonal().add_(float(self.penalty.mean()))
        return torch.linalg.inv(scatter).float()

    def precondition(self, gradient: Tensor) -> Tensor:
        """Multiply by the approximate inverse curvature."""
        weights = self.inverse @ gradient[:, :-1]
        bias = gradient[:, -1:] * (self.problem.classes / (CURVATURE * self.rows[:, None, None]))
        return torch.cat([weights, bias], dim=1)

    def start(self) -> Tensor:
        """Parameters to start from: all zero."""
        return torch.zeros(len(self.rows), self.problem.x.shape[1] + 1, self.problem.classes)

    def unscaled(self, theta: Tensor) -> Fits:
        """Fold each fit's standardisation into its weights and biases."""
        weight = theta[:, :-1] / self.scale[:, :, None]
        bias = theta[:, -1] - (self.mean[:, None] @ weight)[:, 0] + self.never
        return Fits(weight, bias)

    def __call__(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Loss (fits,) float64, summed over rows, and its gradient, shaped as `theta`."""
        fits, width, classes = len(self.rows), self.problem.x.shape[1], self.problem.classes
        at = self.unscaled(theta)
        weight, bias = at.weight.permute(1, 0, 2).reshape(width, -1), at.bias.reshape(-1)
        loss = 0.5 * self.penalty.double() * theta[:, :-1].square().sum(dim=(1, 2), dtype=torch.float64)
        product, residuals = torch.zeros(width, fits * classes), torch.zeros(fits * classes)
        for start in range(0, len(self.problem.x), self.block):
            x, y, seen = (
                t[start : start + self.block] for t in (self.problem.x, self.problem.y, self.problem.seen)
            )
            log_p = torch.addmm(bias, x, weight).view(len(x), fits, classes).log_softmax(dim=2)
            column = y[:, None, None].expand(-1, fits, 1)
            loss -= (log_p.gather(2, column)[:, :, 0] * seen).sum(dim=0, dtype=torch.float64)
            residual = log_p.exp_()
            residual.scatter_add_(2, column, torch.full((1, 1, 1), -1.0).expand_as(column))
            residual = residual.mul_(seen[:, :, None]).view(len(x), -1)
            product.addmm_(x.T, residual)
            residuals += residual.sum(dim=0)
        bias_part = residuals.view(fits, 1, classes)
        weight_part = product.view(width, fits, classes).permute(1, 0, 2) - self.mean[:, :, None] * bias_part
        weight_part = weight_part / self.scale[:, :, None] + self.penalty[:, None, None] * theta[:, :-1]
        return loss, torch.cat([weight_part, bias_part], dim=1)


def _search(
    objective: _Objective, theta: Tensor, loss: Tensor, gradient: Tensor, direction: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Halve each fit's step until its loss falls enough (Armijo); return lengths, losses and gradients there."""
    slope = (gradient * direction).sum(dim=(1, 2)).double()
    length = torch.ones(len(theta))
    noise = 1e-7 * loss.abs()
    for _ in range(20):
        new_loss, new_gradient = objective(theta + length[:, None, None] * direction)
        poor = new_loss > loss + 1e-4 * length * slope + noise
        if not poor.any():
            return length, new_loss, new_gradient
        length = torch.where(poor, length / 2, length)
    length = torch.where(poor, 0.0, length)
    return length, *objective(theta + length[:, None, None] * direction)


class _Memory:
    """L-BFGS's approximate inverse Hessian of each fit, around a fixed preconditioner."""

    def __init__(self, precondition: Callable[[Tensor], Tensor]) -> None:
        self.precondition = precondition
        self.pairs: list[tuple[Tensor, Tensor, Tensor]] = []

    def remember(self, step: Tensor, change: Tensor) -> None:
        """Keep a step and the gradient's change over it; a fit that stood still keeps nothing."""
        curvature = _dot(step, change)
        good = curvature > 1e-12
        weight = torch.where(good, 1 / curvature.clamp_min(1e-12), 0.0)
        self.pairs = [*self.pairs[1 - MEMORY :], (step, change, weight)]
        spread = _dot(change, self.precondition(change))
        self.scale = torch.where(
            good, curvature / spread.clamp_min(1e-30), getattr(self, "scale", torch.ones(1))
        )

    def times(self, gradient: Tensor) -> Tensor:
        """Two-loop recursion."""
        q, alphas = gradient, []
        for step, change, weight in reversed(self.pairs):
            alphas.append(weight * _dot(step, q))
            q = q - alphas[-1][:, None, None] * change
        r = self.precondition(q)
        if self.pairs:
            r = r * self.scale[:, None, None]
        for (step, change, weight), alpha in zip(self.pairs, reversed(alphas), strict=True):
            r = r + (alpha - weight * _dot(change, r))[:, None, None] * step
        return r


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(dim=(1, 2))
