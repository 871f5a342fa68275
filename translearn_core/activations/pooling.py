"""Pooling of the states at all positions to one vector per row, and features of pairs of rows."""

import torch
from torch import Tensor

from translearn_core.config import Pooling


def pool(states: Tensor, mask: Tensor | None, how: Pooling) -> Tensor:
    """Pool `states`, shape (rows, positions, width), over the positions where `mask` is 1; None: all.

    Returns shape (rows, width), in float32 for mean pooling. Padding is on the right.
    """
    if how is Pooling.CLS:
        return states[:, 0]
    if mask is None:
        mask = torch.ones(states.shape[:2], dtype=torch.int64, device=states.device)
    if how is Pooling.LAST:
        return states[torch.arange(len(states), device=states.device), mask.sum(1) - 1]
    if how is Pooling.MAX:
        return states.masked_fill(mask[..., None] == 0, torch.finfo(states.dtype).min).amax(1)
    total = (states * mask[..., None].to(states.dtype)).sum(1, dtype=torch.float32)
    return total / mask.sum(1, keepdim=True)


def pair_features(vectors: Tensor) -> Tensor:
    """Return (u, v, |u − v|, u · v) of n pairs, at least in float32.

    `vectors`, shape (2n, width), has all u before all v.

    References
    ----------
    InferSent: Conneau et al. 2017, arXiv:1705.02364. Sentence-BERT: Reimers & Gurevych 2019,
    arXiv:1908.10084.
    """
    u, v = vectors.to(torch.promote_types(vectors.dtype, torch.float32)).chunk(2)
    return torch.cat([u, v, (u - v).abs(), u * v], dim=-1)
