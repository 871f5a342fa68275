"""Mixout: each step takes a random share of the trained weights from where they started."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter, functional
from torch.overrides import TorchFunctionMode

from translearn_core.training.regularization.dropout import random_mask

WEIGHT: dict[Callable[..., Any], int] = {functional.linear: 1, torch.addmm: 2}
"""Functions that multiply inputs by a weight, and its place among their arguments."""


class Mixout:
    """Mixout of `matrices` with their tensors in `start`: a share `p` of the elements is that at the start.

    The others are moved away from it by 1 / (1 - p), so that the mean over masks is the weight itself.

    References
    ----------
    Lee et al. 2019, arXiv:1909.11299, equation 5.
    """

    def __init__(self, matrices: Mapping[str, Parameter], start: Mapping[str, Tensor], p: float) -> None:
        self.start, self.p = {id(parameter): start[name] for name, parameter in matrices.items()}, p

    @classmethod
    def of_blocks(
        cls,
        trained: Mapping[str, Parameter],
        parts: Mapping[str, str],
        start: Mapping[str, Tensor],
        p: float,
    ) -> Self | None:
        """Return the mixout of the trained matrices whose part in `parts` is a block, None if `p` is 0."""
        matrices = {n: w for n, w in trained.items() if parts[n].startswith("block ") and w.ndim == 2}
        return cls(matrices, start, p) if p else None

    def mixing(self) -> TorchFunctionMode:
        """Return a context in which products with a matrix that trains take the mixed one.

        Masks are seeded from torch's random state, which a checkpoint stores. Modules stay as they are, so
        nothing is mixed outside.
        """
        return _Mixing(self, np.random.SFC64(int(torch.randint(2**62, ()))))


class _Mixing(TorchFunctionMode):
    def __init__(self, mixout: Mixout, random: np.random.SFC64) -> None:
        super().__init__()
        self.mixout, self.random = mixout, random

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        place = WEIGHT.get(func)
        if place is not None and len(args) > place:
            args = (*args[:place], self._mixed(args[place]), *args[place + 1 :])
        return func(*args, **(kwargs or {}))

    def _mixed(self, weight: Tensor) -> Tensor:
        start = self.mixout.start.get(id(weight))
        if start is None or not weight.requires_grad:  # frozen in this stage
            return weight
        keep, scale = random_mask(weight, self.mixout.p, self.random)
        return torch.addcmul(start, keep.to(weight.dtype).mul_(scale), weight - start)
