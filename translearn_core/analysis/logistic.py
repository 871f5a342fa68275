"""Many L2-regularised softmax regressions on (parts of) the same rows, solved together.

Fits that differ only in which rows they see, such as the folds of a cross-validation, share the matrix
products that cost the time: their weights stand side by side as columns. Each fit keeps its own
standardisation, line search and L-BFGS memory, so it ends where it would have ended alone.
"""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from translearn_core.analysis.lbfgs import Memory, search

TOLERANCE = 2e-5
"""Largest entry of the mean loss's gradient at which a fit is done (scikit-learn stops at 1e-4)."""
STEPS = 300
"""Iterations at most."""
LOGITS_AT_ONCE = 1_000_000
"""Logits held at a time by a thread: small enough for the processor's cache."""
NEVER = -1e9
"""Logit of a class a fit has not seen."""
CURVATURE = 0.125
"""What the loss bends like on the way, as a share of its bend at equal probabilities (1 / classes)."""


@dataclass(frozen=True)
class Problem:
    """Rows, and which of them each fit sees.

    `x` (rows, width) float32, roughly standardised so that single precision is enough; `y` (rows,) int64;
    `seen` (rows, fits) float32, 1 where a fit may learn from a row; `classes` counts the classes.
    """

    x: Tensor
    y: Tensor
    seen: Tensor
    classes: int


@dataclass(frozen=True)
class Fits:
    """Weights (fits, width, classes) and biases (fits, classes) for rows as the problem gave them."""

    weight: Tensor
    bias: Tensor

    def predict(self, x: Tensor, which: int) -> Tensor:
        """Likeliest class of each row under one fit."""
        return torch.addmm(self.bias[which], x, self.weight[which]).argmax(dim=1)


def fit(problem: Problem, tick: Callable[[float], None] | None = None) -> Fits:
    """Minimise cross-entropy + ½‖weights‖² on the rows each fit sees, standardised by those same rows.

    The objective is that of scikit-learn's ``LogisticRegression(C=1)`` after ``StandardScaler``, bias not
    penalised. A class without rows is never predicted. With two classes the penalty counts twice, which
    makes a softmax with two columns the one-column regression that scikit-learn fits there.

    Parameters
    ----------
    problem : Problem
        Every fit sees at least one row.
    tick : callable, optional
        Called with the share of the iterations done, before each; may raise to stop.

    References
    ----------
    Böhning (1992), Multinomial logistic regression algorithm: the shape of the bound, classes apart, is what
    the gradient is preconditioned with.
    """
    with _threads() as (pool, threads):
        objective = _Objective(problem, pool, threads)
        memory = Memory(objective.precondition)
        theta = torch.zeros(len(objective.rows), problem.x.shape[1] + 1, problem.classes)
        loss, gradient = objective(theta)
        for step in range(STEPS):
            if tick:
                tick(step / STEPS)
            active = gradient.abs().amax(dim=(1, 2)) > TOLERANCE * objective.rows
            if not active.any():
                break
            direction = -memory.times(gradient) * active[:, None, None]
            moved, loss, new_gradient = search(objective, theta, loss, gradient, direction)
            if not moved.any():  # single precision sees no lower loss
                break
            memory.remember(moved, new_gradient - gradient)
            theta, gradient = theta + moved, new_gradient
        return objective.unscaled(theta)


class _Objective:
    """Loss and gradient of all fits at parameters (fits, width + 1, classes), whose last row is the bias."""

    def __init__(self, problem: Problem, pool: ThreadPoolExecutor, threads: int) -> None:
        self.problem = problem
        x, seen = problem.x, problem.seen
        self.rows = seen.sum(dim=0)
        self.mean = (seen.T @ x) / self.rows[:, None]
        squares = [s @ (x - mean).square() for mean, s in zip(self.mean, seen.T, strict=True)]
        deviation = (torch.stack(squares) / self.rows[:, None]).sqrt()
        # A constant column deviates by rounding errors: dividing by them would blow them up.
        self.scale = torch.where(deviation <= 1e-6 * self.mean.abs(), 1.0, deviation)
        held = torch.zeros(problem.classes, len(self.rows)).index_add_(0, problem.y, seen).T > 0
        self.never = torch.where(held, 0.0, NEVER)
        self.penalty = torch.where(held.sum(dim=1) == 2, 2.0, 1.0)
        self.curvature = CURVATURE / problem.classes
        self.inverse = self._inverse()
        self.block = max(256, LOGITS_AT_ONCE // held.numel())
        parts = min(threads, -(-len(x) // self.block))
        edges = torch.linspace(0, len(x), parts + 1).long().tolist()
        self.parts = [range(start, end, self.block) for start, end in itertools.pairwise(edges)]
        self.pool = pool

    def __call__(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Loss (fits,) float64, summed over rows, and its gradient, shaped as `theta`."""
        width = self.problem.x.shape[1]
        at = self.unscaled(theta)
        weight, bias = at.weight.permute(1, 0, 2).reshape(width, -1), at.bias.reshape(-1)
        losses, products, totals = zip(
            *self.pool.map(lambda part: self._sums(part, weight, bias), self.parts), strict=True
        )
        penalty = self.penalty[:, None, None]
        ridge = (penalty * theta[:, :-1].square()).sum(dim=(1, 2), dtype=torch.float64) / 2
        loss = torch.stack(losses).sum(dim=0) + ridge
        by_bias = torch.stack(totals).sum(dim=0).view(len(self.rows), 1, -1)
        by_weight = torch.stack(products).sum(dim=0).view(width, len(self.rows), -1).permute(1, 0, 2)
        by_weight = (by_weight - self.mean[:, :, None] * by_bias) / self.scale[:, :, None]
        return loss, torch.cat([by_weight + penalty * theta[:, :-1], by_bias], dim=1)

    def _sums(self, blocks: range, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Sum over blocks of rows: loss per fit, features × residuals (width, fits · classes), residuals."""
        fits = len(self.rows)
        loss = torch.zeros(fits, dtype=torch.float64)
        product, total = torch.zeros_like(weight), torch.zeros_like(bias)
        for start in blocks:
            block = slice(start, min(start + blocks.step, blocks.stop))
            x, seen = self.problem.x[block], self.problem.seen[block]
            log_p = torch.addmm(bias, x, weight).view(len(x), fits, -1).log_softmax(dim=2)
            of_label = self.problem.y[block, None, None].expand(-1, fits, 1)
            loss -= (log_p.gather(2, of_label)[:, :, 0] * seen).sum(dim=0, dtype=torch.float64)
            residual = log_p.exp_().scatter_add_(2, of_label, torch.full_like(seen, -1.0)[:, :, None])
            residual = residual.mul_(seen[:, :, None]).view(len(x), -1)
            product.addmm_(x.T, residual)
            total += residual.sum(dim=0)
        return loss, product, total

    def unscaled(self, theta: Tensor) -> Fits:
        """Fold each fit's standardisation into its weights and biases."""
        weight = theta[:, :-1] / self.scale[:, :, None]
        bias = theta[:, -1] - (self.mean[:, None] @ weight)[:, 0] + self.never
        return Fits(weight, bias)

    def precondition(self, gradient: Tensor) -> Tensor:
        """Multiply by the approximate inverse curvature."""
        by_bias = gradient[:, -1:] / (self.curvature * self.rows[:, None, None])
        return torch.cat([self.inverse @ gradient[:, :-1], by_bias], dim=1)

    def _inverse(self) -> Tensor:
        """Invert the curvature by weights, (width, width), from the scatter of the fit that sees most."""
        most = int(self.rows.argmax())
        x = (self.problem.x - self.mean[most]) / self.scale[most]
        scatter = (x.T @ x).double() * self.curvature
        scatter.diagonal().add_(float(self.penalty.mean()))
        inverse: Tensor = torch.linalg.inv(scatter)
        return inverse.float()


@contextmanager
def _threads() -> Iterator[tuple[ThreadPoolExecutor, int]]:
    """As many threads as torch would use, in each of which torch uses one.

    Torch's own threads meet after every operation, spinning, which a core shared with a training makes ten
    times slower. These meet once per evaluation, asleep.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            yield pool, threads
    finally:
        torch.set_num_threads(threads)
