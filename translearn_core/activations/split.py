"""Cutting a backbone at a block: the prefix stops there, the suffix goes on from what was kept.

The suffix is the whole model with the blocks below the cut passing their input through, so names, indices,
per-layer attention types and adapters stay what they are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from translearn_core.errors import BackboneError


class _ReachedError(Exception):
    """The prefix is done; carries the states that enter the block at the cut."""

    def __init__(self, states: Tensor) -> None:
        self.states = states


def states_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    """Return the hidden states among a block's arguments, shape (texts, tokens, width)."""
    found = args[0] if args else next(iter(kwargs.values()), None)
    if not isinstance(found, Tensor):
        raise BackboneError("This architecture's blocks do not take hidden states first: train it uncached.")
    return found


def output_states(output: Any) -> Tensor:
    """Return the hidden states among what a block gives back."""
    found = output[0] if isinstance(output, tuple) else output
    assert isinstance(found, Tensor)
    return found


@contextmanager
def watch(blocks: nn.ModuleList, seen: Callable[[int, Tensor], None], upto: int) -> Iterator[None]:
    """Call `seen` with layer and states as a forward pass reaches layers 0 to `upto`."""

    def enter(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        seen(0, states_of(args, kwargs))

    def leave(layer: int) -> Callable[..., None]:
        return lambda _module, _args, output: seen(layer, output_states(output))

    handles = [blocks[0].register_forward_pre_hook(enter, with_kwargs=True)]
    handles += [block.register_forward_hook(leave(k + 1)) for k, block in enumerate(blocks) if k < upto]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def prefix(model: nn.Module, blocks: nn.ModuleList, cut: int, ids: Tensor, mask: Tensor) -> Tensor:
    """Run `model` up to block `cut` and return the states that enter it, shape (texts, tokens, width)."""

    def stop(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        raise _ReachedError(states_of(args, kwargs))

    handle = blocks[cut].register_forward_pre_hook(stop, with_kwargs=True)
    try:
        model(input_ids=ids, attention_mask=mask)
    except _ReachedError as reached:
        return reached.states
    finally:
        handle.remove()
    raise BackboneError(f"Block {cut} was never reached: this architecture cannot be cut, train it uncached.")


def shape_of_output(model: nn.Module, blocks: nn.ModuleList) -> Any:
    """Return how a block of this model gives back its states.

    None for a bare tensor, else the tuple's length.
    """
    shape: list[int | None] = []

    def look(_module: nn.Module, _args: Any, output: Any) -> None:
        shape.append(len(output) if isinstance(output, tuple) else None)

    handle = blocks[0].register_forward_hook(look)
    device = next(model.parameters()).device
    ids = torch.ones(1, 2, dtype=torch.long, device=device)
    try:
        with torch.no_grad():
            model(input_ids=ids, attention_mask=torch.ones_like(ids))
    finally:
        handle.remove()
    return shape[0]


@contextmanager
def passing_below(blocks: nn.ModuleList, cut: int, shape: int | None) -> Iterator[None]:
    """Let the blocks below `cut` hand their input on unchanged, in the form (`shape`) the model expects."""

    def hand_on(*args: Any, **kwargs: Any) -> Any:
        states = states_of(args, kwargs)
        return states if shape is None else (states, *[None] * (shape - 1))

    below = list(blocks)[:cut]
    for block in below:
        block.forward = hand_on  # an instance attribute, taken off again below
    try:
        yield
    finally:
        for block in below:
            del block.forward


def suffix(
    model: nn.Module, blocks: nn.ModuleList, cut: int, shape: int | None, batch: tuple[Tensor, Tensor, Tensor]
) -> Any:
    """Run `model` from block `cut` on kept states; `batch` is ids, mask and states.

    Returns the model's output.
    """
    ids, mask, kept = batch

    def replace(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        if args:
            return (kept, *args[1:]), kwargs
        return args, {**kwargs, next(iter(kwargs)): kept}

    handle = blocks[cut].register_forward_pre_hook(replace, with_kwargs=True)
    try:
        with passing_below(blocks, cut, shape):
            return model(input_ids=ids, attention_mask=mask)
    finally:
        handle.remove()
