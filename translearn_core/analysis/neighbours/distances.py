"""Blockwise Euclidean distances between rows."""

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
    """Rows in single precision, centred so that expanding |a - b|² loses no digits.

    `rows` has shape (n, width), their squared norms `squares` (n,), the mean `middle` (width,).
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
        """Return other rows, centred likewise, (q, width), and ranks by distance (see `within`), (q, n)."""
        x = torch.from_numpy(np.array(others, dtype=np.float32)) - self.middle
        return x, self._ranked(x)

    def within(
        self, queries: NDArray[np.int64], step: int, progress: Progress | None = None
    ) -> Iterator[tuple[slice, Tensor]]:
        """Yield distance ranks of all rows from the rows `queries`, `step` queries at a time.

        `progress` is called with the share done before each block.

        Yields
        ------
        block, ranks : slice, Tensor
            Slice of `queries`, and squared distances minus the query's squared norm, shape (at most step, n);
            infinite from a row to itself.
        """
        for start in range(0, len(queries), step):
            if progress:
                progress(start / len(queries))
            block = torch.from_numpy(queries[start : start + step])
            ranks = self._ranked(self.rows[block])
            ranks[torch.arange(len(block)), block] = torch.inf
            yield slice(start, start + len(block)), ranks

    def _ranked(self, x: Tensor) -> Tensor:
        return torch.addmm(self.squares, x, self.rows.T, alpha=-2)
