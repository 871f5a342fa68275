"""Batched L2-regularised softmax regression on subsets of the same rows.

Fits that differ only in labels or rows, such as the folds of a cross-validation, share matrix products: their
weights are columns of one matrix. Each fit has its own standardisation, line search and L-BFGS memory, so
results equal separate fits, and leaves the batch once converged. Rows are grouped by the fits that use them.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.analysis.probing.lbfgs import Memory, minimize

TOLERANCE = 2e-5
"""Max norm of the mean loss's gradient at convergence (scikit-learn stops at 1e-4).

On 77 classes accuracies are then within 0.2 points of those at the minimum; with 5e-5 within 0.6.
"""
STEPS = 300
"""Maximum number of iterations."""
LOGITS_AT_ONCE = 1_000_000
"""Logits per block and thread: small enough for the CPU cache."""
NEVER = -1e9
"""Logit of a class absent from a fit's rows."""
CURVATURE = 0.125
"""Assumed curvature of the loss as a share of that at equal probabilities (1 / classes)."""


@dataclass(frozen=True)
class BatchedProblem:
    """Rows, one or more labellings of them, and parts of the rows; each labelling × part is a fit.

    `x` (rows, width) float32, roughly standardised so that single precision suffices; `y` (rows, labellings)
    int64; `seen` (rows, parts) float32, 1 where a part contains a row; `classes` counts the classes;
    `weight` (rows,) float32 weighs each row's loss. With `standardise` each part is standardised by its own
    rows.
    """

    x: Tensor
    y: Tensor
    seen: Tensor
    classes: int
    weight: Tensor | None = None
    standardise: bool = True


class BatchedRegression:
    """All fits of a problem; `fit` continues from the parameters of the previous strength.

    A warm start must come from the same rows: one from a fit on more rows would leak the labels of held-out
    rows, as fits stop short of the minimum.

    Parameters
    ----------
    problem : BatchedProblem
        Every part has at least one row.
    pool : Executor
        Executes blocks of rows (see `thread_pools`).

    References
    ----------
    Böhning (1992), Multinomial logistic regression algorithm: the curvature bound used as preconditioner.
    """

    def __init__(self, problem: BatchedProblem, pool: Executor) -> None:
        self.objective = _Objective(problem, pool)
        fits = self.objective.labellings * self.objective.parts
        self.theta = torch.zeros(fits, problem.x.shape[1] + 1, problem.classes)

    def fits(self, labellings: NDArray[np.int64], parts: int) -> Tensor:
        """Return the indices of the fits of some labellings on the first `parts` parts."""
        return torch.from_numpy((labellings[:, None] * self.objective.parts + np.arange(parts)).ravel())

    def fit(self, c: float, fits: Tensor, tolerance: float, tick: Callable[[float], None]) -> None:
        """Minimise cross-entropy + ‖weights‖² / 2c on the rows of each selected fit, standardised by them.

        The objective is that of scikit-learn's ``LogisticRegression(C=c)`` after ``StandardScaler``, bias
        unpenalised. A class without rows is never predicted. With two classes the penalty counts twice, so
        that the two-column softmax equals scikit-learn's one-column regression.

        Parameters
        ----------
        c : float
            Inverse regularisation strength.
        fits : int tensor
            See `fits`.
        tolerance : float
            Max norm of the mean loss's gradient at convergence.
        tick : callable
            Called before each iteration with the share done; may raise to stop.
        """
        objective, theta = self.objective, self.theta[fits]
        objective.regularise(c)
        memory = Memory(objective.precondition)
        loss, gradient = objective(theta, fits)
        alive = torch.ones(len(fits), dtype=torch.bool)
        for step in range(STEPS):
            tick(step / STEPS)
            unconverged = gradient.abs().amax(dim=(1, 2)) > tolerance * objective.rows[fits]
            active = (alive & unconverged).nonzero()[:, 0]
            if not len(active):
                break
            direction = -memory.times(gradient)[active]
            steps, new_gradient = torch.zeros_like(theta), gradient.clone()
            steps[active], loss[active], new_gradient[active] = minimize(
                objective, fits[active], theta[active], loss[active], gradient[active], direction
            )
            alive[active] = steps[active].any(dim=2).any(dim=1)  # stop where rounding hides any decrease
            memory.remember(steps, new_gradient - gradient)
            theta, gradient = theta + steps, new_gradient
        self.theta[fits] = theta

    def logits(self, x: Tensor, labelling: int, part: int) -> Tensor:
        """Return the logits of one fit, shape (rows, classes)."""
        fit = torch.tensor([labelling * self.objective.parts + part])
        weight, bias = self.objective.unscaled(self.theta[fit], fit)
        return torch.addmm(bias[0], x, weight[0])


class _Objective:
    """Loss and gradient of selected fits at parameters (selected, width + 1, classes), last row the bias.

    Fit f is labelling f // parts on part f % parts.
    """

    def __init__(self, problem: BatchedProblem, pool: Executor) -> None:
        self.problem, self.pool = problem, pool
        x, seen = problem.x, problem.seen
        self.kinds = _group_rows_by_fit(problem)
        self.labellings, self.parts = problem.y.shape[1], seen.shape[1]
        rows = seen.sum(dim=0)
        # Double precision makes E[x²] - (E[x])² safe, and x is read once for all parts.
        mean = (seen.T.double() @ x.double()) / rows[:, None]
        squares = (seen.T.double() @ x.double().square()) / rows[:, None]
        deviation = (squares - mean.square()).clamp(min=0).sqrt()
        # The deviation of a constant column is rounding error and must not be divided by.
        scale = torch.where(deviation <= 1e-6 * mean.abs(), 1.0, deviation)
        if not problem.standardise:
            mean, scale = torch.zeros_like(mean), torch.ones_like(scale)
        self.rows = rows.repeat(self.labellings)
        self.mean = mean.float().repeat(self.labellings, 1)
        self.scale = scale.float().repeat(self.labellings, 1)
        counts = torch.zeros(problem.classes, self.parts)
        present = torch.cat([counts.index_add(0, y, seen).T > 0 for y in problem.y.T])
        self.never = torch.where(present, 0.0, NEVER)
        self.weighting = torch.where(present.sum(dim=1) == 2, 2.0, 1.0)
        most = int(rows.argmax())
        x = (problem.x - self.mean[most]) / self.scale[most]
        self.curvature = CURVATURE / problem.classes
        self.scatter = (x.T @ x).double() * self.curvature

    def regularise(self, c: float) -> None:
        """Set the penalty, and invert the approximate Hessian of the part with most rows."""
        self.penalty = self.weighting / c
        hessian = self.scatter.clone()
        hessian.diagonal().add_(float(self.penalty.mean()))
        inverse: Tensor = torch.cholesky_inverse(torch.linalg.cholesky(hessian))
        self.inverse = inverse.float()

    def __call__(self, theta: Tensor, fits: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss (selected,) float64, summed over rows, and its gradient, shaped like `theta`."""
        weight, bias = self.unscaled(theta, fits)
        step = max(256, LOGITS_AT_ONCE // bias.numel())
        blocks = [
            (x[start : start + step], y[start : start + step], w[start : start + step], seeing)
            for x, y, w, parts in self.kinds
            if len(seeing := parts[fits % self.parts].nonzero()[:, 0])
            for start in range(0, len(x), step)
        ]

        def sums(block: tuple[Tensor, Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
            x, y, w, seeing = block
            weighted = None if self.problem.weight is None else w
            return _sums(x, y[:, fits[seeing] // self.parts], weight[seeing], bias[seeing], weighted)

        penalty = self.penalty[fits, None, None]
        loss = (penalty * theta[:, :-1].square()).sum(dim=(1, 2), dtype=torch.float64) / 2
        by_weight, by_bias = torch.zeros_like(weight), torch.zeros_like(bias)
        for (*_, seeing), partial in zip(blocks, self.pool.map(sums, blocks), strict=True):
            for total, part in zip((loss, by_weight, by_bias), partial, strict=True):
                total.index_add_(0, seeing, part)
        by_bias = by_bias[:, None]
        by_weight = (by_weight - self.mean[fits, :, None] * by_bias) / self.scale[fits, :, None]
        return loss, torch.cat([by_weight + penalty * theta[:, :-1], by_bias], dim=1)

    def unscaled(self, theta: Tensor, fits: Tensor) -> tuple[Tensor, Tensor]:
        """Fold the standardisation of each selected fit into its weights and biases."""
        weight = theta[:, :-1] / self.scale[fits, :, None]
        return weight, theta[:, -1] - (self.mean[fits, None] @ weight)[:, 0] + self.never[fits]

    def precondition(self, gradient: Tensor) -> Tensor:
        """Multiply by the approximate inverse Hessian."""
        by_bias = gradient[:, -1:] / (self.curvature * self.rows.max())
        side_by_side = gradient[:, :-1].permute(1, 0, 2)  # one product, many times faster than one a fit
        by_weight = self.inverse @ side_by_side.reshape(len(self.inverse), -1)
        return torch.cat([by_weight.view(side_by_side.shape).permute(1, 0, 2), by_bias], dim=1)


def _group_rows_by_fit(problem: BatchedProblem) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Group rows contained in the same parts: features, labels, weights, and a bool mask of the parts."""
    patterns, kind = np.unique(problem.seen.numpy() > 0, axis=0, return_inverse=True)
    rows = [torch.from_numpy(np.flatnonzero(kind == k)) for k in range(len(patterns))]
    weight = torch.ones(len(problem.x)) if problem.weight is None else problem.weight
    return [
        (problem.x[of], problem.y[of], weight[of], torch.from_numpy(part))
        for of, part in zip(rows, patterns, strict=True)
    ]


def _sums(
    x: Tensor, y: Tensor, weight: Tensor, bias: Tensor, row_weight: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Sum loss, features × residuals, and residuals over rows shared by all fits; `y` is (rows, fits)."""
    fits, width, classes = weight.shape
    side_by_side = weight.permute(1, 0, 2).reshape(width, -1)
    log_p = torch.addmm(bias.view(-1), x, side_by_side).view(len(x), fits, classes).log_softmax(dim=2)
    label = y[:, :, None]
    losses = -log_p.gather(2, label)[:, :, 0]
    residual = log_p.exp_().scatter_add_(2, label, torch.full((1, 1, 1), -1.0).expand_as(label))
    if row_weight is not None:
        losses *= row_weight[:, None]
        residual *= row_weight[:, None, None]
    loss = losses.sum(dim=0, dtype=torch.float64)
    product = (x.T @ residual.view(len(x), -1)).view(width, fits, classes)
    return loss, product.permute(1, 0, 2), residual.sum(dim=0)


@contextmanager
def thread_pools(count: int) -> Iterator[list[ThreadPoolExecutor]]:
    """Yield pools of as many threads as torch would use, each running torch single-threaded.

    Torch's own threads spin at a barrier after every operation, which is 10 times slower on a core shared
    with a training; these block once per evaluation.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ExitStack() as stack:
            yield [
                stack.enter_context(
                    ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))
                )
                for _ in range(count)
            ]
    finally:
        torch.set_num_threads(threads)
