"""The pass: every text once through the backbone, pooled at every layer, its states at the boundary kept."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from translearn_core.activations.compute import Compute
from translearn_core.activations.pooling import pool
from translearn_core.activations.split import prefix, watch
from translearn_core.activations.tokens import Report, Tokens, by_length, quiet
from translearn_core.config import Pooling
from translearn_core.errors import BackboneError

TOKENS_PER_BATCH = {"cpu": 4096, "mps": 8192, "cuda": 65536}
"""Padded tokens a batch: small enough for a CPU's cache, large enough for a GPU."""


@dataclass(frozen=True)
class Kept:
    """Hidden states entering one block for every token of n texts, flat: shape (tokens, width)."""

    cut: int
    states: Tensor
    offsets: NDArray[np.int64]

    def padded(self, index: NDArray[np.int64], length: int) -> Tensor:
        """Return the states of some texts, shape (len(index), length, width), float32.

        What lies on padding is arbitrary.
        """
        where = np.minimum(self.offsets[index][:, None] + np.arange(length), len(self.states) - 1)
        return self.states[torch.from_numpy(where)].float()

    @staticmethod
    def bytes_for(tokens: int, width: int, dtype: torch.dtype) -> int:
        """Bytes it takes to keep so many tokens."""
        return tokens * width * torch.empty((), dtype=dtype).element_size()


def fits_in_memory(n_bytes: int) -> bool:
    """Whether keeping `n_bytes` leaves three quarters of the free memory to others."""
    return bool(n_bytes < 0.25 * psutil.virtual_memory().available)


@torch.inference_mode()
def keep_states(
    model: nn.Module,
    blocks: nn.ModuleList,
    cut: int,
    tokens: Tokens,
    compute: Compute,
    report: Report = quiet,
) -> Kept:
    """Compute the states that enter block `cut` for every text; the model must be in eval mode.

    Kept in float32, or in bfloat16 under autocast.
    """
    kept: Tensor | None = None
    done = 0
    for index in by_length(tokens.lengths, TOKENS_PER_BATCH[compute.device.type]):
        report("computing what stays frozen", done, len(tokens))
        ids, mask = (t.to(compute.device) for t in tokens.padded(index))
        with compute.autocast():
            states = prefix(model, blocks, cut, ids, mask)
        if kept is None:
            kept = torch.empty(len(tokens.ids), states.shape[-1], dtype=compute.kept_dtype)
        where = np.concatenate([np.arange(tokens.offsets[i], tokens.offsets[i + 1]) for i in index])
        kept[torch.from_numpy(where)] = states[mask.bool()].to("cpu", compute.kept_dtype)
        done += len(index)
    assert kept is not None
    return Kept(cut, kept, tokens.offsets)


@torch.inference_mode()
def encode_layers(
    model: nn.Module,
    blocks: nn.ModuleList,
    tokens: Tokens,
    compute: Compute,
    *,
    pooling: Pooling,
    layers: Sequence[int] | None = None,
    stage: str = "encoding texts",
    report: Report = quiet,
) -> NDArray[np.float32]:
    """Pool every layer for every text in one pass; the model is put in eval mode.

    Returns
    -------
    array, shape (layers, texts, width), float32
        Layer 0 enters block 0, layer k leaves block k-1; the last one is the model's own output,
        after its final norm if it has one.
    """
    model.eval()
    chosen = list(range(len(blocks) + 1)) if layers is None else list(layers)
    top = len(blocks)
    out: NDArray[np.float32] | None = None
    done = 0
    inner = [layer for layer in chosen if layer < top]
    for index in by_length(tokens.lengths, TOKENS_PER_BATCH[compute.device.type]):
        report(stage, done, len(tokens))
        ids, mask = (t.to(compute.device) for t in tokens.padded(index))
        pooled: dict[int, Tensor] = {}

        def note(layer: int, states: Tensor, pooled: dict[int, Tensor] = pooled, mask: Tensor = mask) -> None:
            if layer in inner:
                pooled[layer] = pool(states, mask, pooling)

        with compute.autocast(), watch(blocks, note, max(inner)) if inner else nullcontext():
            last = model(input_ids=ids, attention_mask=mask).last_hidden_state
        if top in chosen:
            pooled[top] = pool(last, mask, pooling)
        if out is None:
            out = np.empty((len(chosen), len(tokens), last.shape[-1]), dtype=np.float32)
        if missing := [layer for layer in chosen if layer not in pooled]:
            raise BackboneError(
                f"Layer {missing[0]} of this architecture cannot be looked at: "
                "its blocks are not called as modules."
            )
        for place, layer in enumerate(chosen):
            out[place, index] = pooled[layer].float().cpu().numpy()
        done += len(index)
    assert out is not None
    return out
