"""A forward pass that is looked at, left at a block, or gone on with from states given to one.

Everything is done by hooks that are taken off again, so it works on any stack of blocks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from translearn_core.errors import BackboneError

Seen = Callable[[int, Tensor], None]
"""``seen(layer, states)``: called as a forward pass reaches a layer."""


class StopForwardError(Exception):
    """The pass is done; carries the states that enter the block at the cut."""

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
def record_blocks(blocks: nn.ModuleList, seen: Seen, start: int, stop: int | None) -> Iterator[None]:
    """Call `seen` as a forward pass reaches the layers from `start` on, those below the top and to `stop`."""

    def enter(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        seen(start, states_of(args, kwargs))

    def leave(layer: int) -> Callable[..., None]:
        return lambda _module, _args, output: seen(layer, output_states(output))

    last = len(blocks) - 1 if stop is None else stop
    handles = [blocks[k].register_forward_hook(leave(k + 1)) for k in range(start, last)]
    if start < len(blocks):
        handles.append(blocks[start].register_forward_pre_hook(enter, with_kwargs=True))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def stop_after_block(block: nn.Module) -> Iterator[None]:
    """End the forward pass as it reaches `block`."""

    def stop(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        raise StopForwardError(states_of(args, kwargs))

    handle = block.register_forward_pre_hook(stop, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def replace_block_input(block: nn.Module, given: Callable[[], Tensor]) -> Iterator[None]:
    """Let `block` get what `given` returns instead of the states it is called with."""

    def replace(
        _module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if args:
            return (given(), *args[1:]), kwargs
        return args, {**kwargs, next(iter(kwargs)): given()}

    # before any hook that looks at the input
    handle = block.register_forward_pre_hook(replace, with_kwargs=True, prepend=True)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def skip_blocks_below(blocks: nn.ModuleList, cut: int, returned: int | None) -> Iterator[None]:
    """Let the blocks below `cut` hand their input on unchanged, in the form the model expects."""

    def hand_on(*args: Any, **kwargs: Any) -> Any:
        states = states_of(args, kwargs)
        return states if returned is None else (states, *[None] * (returned - 1))

    below = list(blocks)[:cut]
    for block in below:
        block.forward = hand_on  # an instance attribute, taken off again below
    try:
        yield
    finally:
        for block in below:
            del block.forward
