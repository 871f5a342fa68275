"""Losses that align the features of two domains: CORAL, MMD, and a discriminator with reversed gradients."""

import math
from typing import Any

import torch
from torch import Tensor, nn

HIDDEN = 100
"""Hidden units of the domain discriminator (arXiv:1505.07818, section 5.2)."""
RAMP = 10.0
"""Steepness of the schedule of the reversed gradient (arXiv:1505.07818, section 5.2.2)."""
BANDWIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Factors of the median distance that are the widths of the kernels of MMD."""


def coral_loss(source: Tensor, target: Tensor) -> Tensor:
    """Return the distance of the covariances of two domains: squared Frobenius norm over 4 width².

    Parameters
    ----------
    source, target : tensors, shapes (rows, width) and (other rows, width)
        A single row has no covariance: the loss is 0.

    References
    ----------
    Sun & Saenko 2016, arXiv:1607.01719, equations 1 to 3.
    """
    if min(len(source), len(target)) < 2:
        return source.new_zeros(())
    difference = torch.cov(source.T) - torch.cov(target.T)
    return difference.square().sum() / (4 * source.shape[1] ** 2)


def mmd_loss(source: Tensor, target: Tensor) -> Tensor:
    """Return the squared maximum mean discrepancy of two domains, biased, so at least 0.

    The kernel is a mean of Gaussians around the median distance, which has no gradient.

    Parameters
    ----------
    source, target : tensors, shapes (rows, width) and (other rows, width)

    References
    ----------
    Long et al. 2015, arXiv:1502.02791; Gretton et al. (2012), JMLR 13: equation 5.
    """
    rows = torch.cat([source, target])
    norms = rows.square().sum(1)
    squared = (norms[:, None] + norms[None] - 2 * rows @ rows.T).clamp_min(0)
    off_diagonal = squared.detach()[~torch.eye(len(rows), dtype=torch.bool, device=rows.device)]
    median = off_diagonal.median().clamp_min(1e-12)
    kernel = torch.stack([torch.exp(-squared / (factor * median)) for factor in BANDWIDTHS]).mean(0)
    n = len(source)
    return kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2 * kernel[:n, n:].mean()


class _Reversal(torch.autograd.Function):
    """Identity whose gradient is negated and scaled."""

    @staticmethod
    def forward(context: Any, values: Tensor, strength: float) -> Tensor:
        context.strength = strength
        return values.view_as(values)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return -context.strength * gradient, None


def reverse_gradient(values: Tensor, strength: float) -> Tensor:
    """Return `values` unchanged; their gradient is multiplied by -`strength`."""
    reversed_values: Tensor = _Reversal.apply(values, strength)  # type: ignore[no-untyped-call]
    return reversed_values


def reversal_strength(progress: float) -> float:
    """Return the strength of the reversed gradient at a share of the training, from 0 to 1."""
    return 2 / (1 + math.exp(-RAMP * progress)) - 1


class DomainDiscriminator(nn.Module):
    """Classifier of the domain of features, shape (rows, width), behind a gradient reversal.

    References
    ----------
    Ganin et al. 2016, arXiv:1505.07818.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))

    def loss(self, source: Tensor, target: Tensor, strength: float) -> Tensor:
        """Return its cross-entropy; the features get the gradient that makes it larger."""
        rows = torch.cat([source, target])
        logits = self.layers(reverse_gradient(rows, strength))[:, 0]
        domain = torch.zeros(len(rows), device=rows.device)
        domain[len(source) :] = 1.0
        sides = [nn.functional.binary_cross_entropy_with_logits(logits[s], domain[s]) for s in
                 (slice(len(source)), slice(len(source), None))]  # fmt: skip
        return 0.5 * (sides[0] + sides[1])
