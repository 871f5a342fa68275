"""Fast dropout on the CPU.

Torch draws CPU dropout masks serially in one thread, a sixth of a training step. Here a mask compares 16
random bits per element, from NumPy's fastest generator, with a threshold.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

LEVELS = 65_536


@contextmanager
def fast_cpu_dropout(device: torch.device) -> Iterator[None]:
    """Replace dropout in modules, functions and attention inside this context; on the CPU only.

    Masks are seeded from torch's random state, which a checkpoint stores.
    """
    if device.type != "cpu":
        yield
        return
    with _FastDropout(int(torch.randint(2**62, ()))):
        yield


def random_mask(x: Tensor, p: float, random: np.random.SFC64) -> tuple[Tensor, float]:
    """Return a bool mask, shaped like `x`, that drops a share `p`, and 1 / the share kept.

    On the CPU it is drawn from `random`, elsewhere from the device's own generator.
    """
    if x.device.type != "cpu":
        return torch.rand_like(x) >= p, 1 / (1 - p)
    words = random.random_raw(-(-x.numel() // 4)).view(np.int16)[: x.numel()]
    dropped = min(LEVELS - 1, round(p * LEVELS))
    keep = (torch.from_numpy(words) >= dropped - LEVELS // 2).view(x.shape)
    return keep, LEVELS / (LEVELS - dropped)


class _FastDropout(TorchFunctionMode):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = np.random.SFC64(seed)

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is functional.dropout:
            return self._dropout(*args, **kwargs)
        if func is functional.scaled_dot_product_attention and kwargs.get("dropout_p", 0.0) > 0:
            return self._attention(*args, **kwargs)
        return func(*args, **kwargs)

    def _dropout(self, x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
        del inplace  # would only save memory
        if not training or p == 0:
            return x
        keep, scale = random_mask(x, p, self.random)
        if x.requires_grad:  # backward is then one multiplication
            return x * keep.to(x.dtype).mul_(scale)
        return torch.where(keep, x, 0.0).mul_(scale)

    def _attention(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        if enable_gqa:
            groups = query.shape[-3] // key.shape[-3]
            key, value = (t.repeat_interleave(groups, -3) for t in (key, value))
        scores = (query * (scale or 1 / math.sqrt(query.shape[-1]))) @ key.transpose(-2, -1)
        if is_causal:
            attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        if attn_mask is not None and attn_mask.dtype == torch.bool:
            scores = scores.masked_fill(~attn_mask, torch.finfo(scores.dtype).min)
        elif attn_mask is not None:
            scores = scores + attn_mask
        weights = scores.softmax(-1)
        return self._dropout(weights, dropout_p) @ value
