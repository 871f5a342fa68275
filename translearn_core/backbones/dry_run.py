"""A tiny forward pass that shows how a model behaves: what runs when, what sees what, can it be cut.

Behaviour decides, not a list of names, so that an architecture published tomorrow is judged by what it does.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from translearn_core.backbones.forward_hooks import replace_block_input, skip_blocks_below, states_of

TOKENS = 7
ROWS = 3
TOLERANCE = 1e-5


@dataclass(frozen=True)
class DryRun:
    """What a forward pass showed.

    `after` names the modules outside the blocks that first ran when the last block was done; `returned` is
    how long the tuple is that a block gives back, None for a bare tensor; `why_not` says why the model cannot
    be cut at a block, None if it can; `finite` is False where a state of a token is NaN or infinite.
    """

    width: int
    causal: bool
    after: frozenset[str]
    returned: int | None
    why_not: str | None
    finite: bool = True


def dry_run(
    model: nn.Module, blocks_path: str, *, vocabulary: int, avoid: frozenset[int] = frozenset()
) -> DryRun:
    """Run `model` on a few made-up tokens, none of `avoid`, and note what happens.

    Raises
    ------
    Exception
        Whatever the model raises if it cannot read token ids with a mask alone.
    """
    blocks = model.get_submodule(blocks_path)
    assert isinstance(blocks, nn.ModuleList)
    batch = _batch(vocabulary, avoid)
    with torch.no_grad():
        seen = _watch(model, blocks, blocks_path, batch)
        return DryRun(
            width=seen.states.shape[-1],
            causal=_close(seen.states[0, :-1], seen.states[1, :-1]),
            after=frozenset(seen.after),
            returned=seen.tuple_length,
            why_not=_why_not(model, blocks, batch, seen),
            finite=bool(seen.states[batch["attention_mask"].bool()].isfinite().all()),
        )


@dataclass
class _Seen:
    order: list[int]
    inputs: list[Tensor]
    returned: list[Any]
    after: list[str]
    states: Tensor

    @property
    def tuple_length(self) -> int | None:
        """How long the tuple is that a block gives back."""
        first = self.returned[0] if self.returned else None
        return len(first) if isinstance(first, tuple) else None


def _batch(vocabulary: int, avoid: frozenset[int]) -> dict[str, Tensor]:
    """Rows 0 and 1 differ in the last token only; row 2 is padded on the right."""
    words = [k for k in range(min(vocabulary, 4_096)) if k not in avoid][-(2 * TOKENS + 1) :]
    ids = torch.tensor([words[:TOKENS], words[:TOKENS], words[-TOKENS:]])
    ids[1, -1] = words[TOKENS]
    mask = torch.ones_like(ids)
    mask[2, TOKENS // 2 :] = 0
    return {"input_ids": ids, "attention_mask": mask}


def _watch(model: nn.Module, blocks: nn.ModuleList, path: str, batch: dict[str, Tensor]) -> _Seen:
    seen = _Seen([], [], [], [], torch.empty(0))
    ran: set[str] = set()
    handles = []

    def entering(k: int) -> Any:
        def note(_: nn.Module, args: Any, kwargs: Any) -> None:
            seen.order.append(k)
            seen.inputs.append(states_of(args, kwargs).clone())

        return note

    def outside(name: str) -> Any:
        def note(*_: Any) -> None:
            done = (
                bool(seen.returned)
                and seen.order[-1] == len(blocks) - 1
                and len(seen.returned) == len(seen.order)
            )
            if done and name not in ran:
                seen.after.append(name)
            ran.add(name)

        return note

    for k, block in enumerate(blocks):
        handles.append(block.register_forward_pre_hook(entering(k), with_kwargs=True))
        handles.append(block.register_forward_hook(lambda _, __, out: seen.returned.append(out)))
    for name, module in model.named_modules():
        if (
            name
            and not f"{name}.".startswith(f"{path}.")
            and any(True for _ in module.parameters(recurse=False))
        ):
            handles.append(module.register_forward_pre_hook(outside(name)))
    try:
        seen.states = model(**batch).last_hidden_state
    finally:
        for handle in handles:
            handle.remove()
    return seen


def _why_not(model: nn.Module, blocks: nn.ModuleList, batch: dict[str, Tensor], seen: _Seen) -> str | None:
    if seen.order != list(range(len(blocks))):
        return (
            f"its blocks do not run once each, in order: {len(blocks)} in the list, {len(seen.order)} calls"
        )
    owners = [id(p) for block in blocks for p in set(block.parameters())]
    if len(set(owners)) < len(owners):
        return "its blocks share weights"
    if any(state.shape != (*batch["input_ids"].shape, seen.states.shape[-1]) for state in seen.inputs):
        return "its blocks keep their states in another layout than text × token × width"
    for k in sorted({1, len(blocks) // 2, len(blocks) - 1} & set(range(1, len(blocks)))):
        try:
            with (
                skip_blocks_below(blocks, k, seen.tuple_length),
                replace_block_input(blocks[k], partial(seen.inputs.__getitem__, k)),
            ):
                again = model(**batch).last_hidden_state
        except Exception:
            return f"block {k} needs more from the blocks below than their states"
        if not _close(again, seen.states, batch["attention_mask"].bool()):
            return f"block {k} gives another result when the blocks below are skipped"
    return None


def _close(one: Tensor, other: Tensor, where: Tensor | None = None) -> bool:
    if where is not None:
        one, other = one[where], other[where]
    scale = max(1.0, float(other.abs().max()))
    return bool((one - other).abs().max() <= TOLERANCE * scale)
