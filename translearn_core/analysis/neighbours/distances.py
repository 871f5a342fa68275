"""Distances between rows, a block at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Progress = Callable[[float], None]
"""Called with the share done; may raise to stop."""


@dataclass(frozen=True, eq=False)
class Space:
    """Rows in single precision about their mean: near the origin an expanded square loses no digits.

    `rows` has shape (n, width), their squared lengths `squares` (n,), the mean `middle` (width,).
    """

    rows: Tensor
    squares: Tensor
    middle: Tensor

    @classmethod
    def of(cls, rows: NDArray[np.floating]) -> "Space":
        """Copy `rows`, shape (n, width)."""
        x = torch.from_numpy(np.array(rows, dtype=np.float32))
        middle = x.mean(dim=0)
        x -= middle
        return cls(x, torch.linalg.vecdot(x, x), middle)

    def to(self, others: NDArray[np.floating]) -> tuple[Tensor, Tensor]:
        """Return other rows about the same mean, shape (q, width), and what ranks all by distance, (q, n)."""
        x = torch.from_numpy(np.array(others, dtype=np.float32)) - self.middle
        return x, self._ranked(x)

    def within(
        self, asked: NDArray[np.int64], step: int, progress: Progress | None = None
    ) -> Iterator[tuple[slice, Tensor]]:
        """Yield what ranks all rows by their distance from rows `asked`, `step` of them at a time.

        `progress` is called with the share done before each.

        Yields
        ------
        place, ranks : slice, Tensor
            Which of `asked`, and squared distances less the asked row's own square, shape (at most step, n);
            from a row to itself infinite.
        """
        for start in range(0, len(asked), step):
            if progress:
                progress(start / len(asked))
            block = torch.from_numpy(asked[start : start + step])
            ranks = self._ranked(self.rows[block])
            ranks[torch.arange(len(block)), block] = torch.inf
            yield slice(start, start + len(block)), ranks

    def _ranked(self, x: Tensor) -> Tensor:
        return torch.addmm(self.squares, x, self.rows.T, alpha=-2)
