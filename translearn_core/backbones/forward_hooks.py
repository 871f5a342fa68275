"""Forward hooks to record, stop, skip or replace the hidden states of a stack of blocks.

Every context manager removes its hooks on exit.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from translearn_core.errors import BackboneError

Seen = Callable[[int, Tensor], None]
"""``seen(layer, states)``: observer, called when a forward pass reaches a layer."""


class StopForwardError(Exception):
    """Ends a forward pass early; carries the states entering the stop block."""

    def __init__(self, states: Tensor) -> None:
        self.states = states


def states_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    """Return the hidden states among a block's arguments, shape (texts, tokens, width)."""
    states = args[0] if args else next(iter(kwargs.values()), None)
    if not isinstance(states, Tensor):
        raise BackboneError("This architecture's blocks do not take hidden states first: train it uncached.")
    return states


def output_states(output: Any) -> Tensor:
    """Return the hidden states in a block's output."""
    states = output[0] if isinstance(output, tuple) else output
    assert isinstance(states, Tensor)
    return states


@contextmanager
def record_blocks(blocks: nn.ModuleList, seen: Seen, start: int, stop: int | None) -> Iterator[None]:
    """Call `seen` with each layer from `start` up to `stop`, or up to the last one below the top."""

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

    with block.register_forward_pre_hook(stop, with_kwargs=True):
        yield


@contextmanager
def replace_block_input(block: nn.Module, states: Callable[[], Tensor]) -> Iterator[None]:
    """Replace the input states of `block` by the result of `states`."""

    def replace(
        _module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if args:
            return (states(), *args[1:]), kwargs
        return args, {**kwargs, next(iter(kwargs)): states()}

    # before any hook that reads the input
    with block.register_forward_pre_hook(replace, with_kwargs=True, prepend=True):
        yield


@contextmanager
def skip_blocks_below(blocks: nn.ModuleList, cut: int, output_tuple_len: int | None) -> Iterator[None]:
    """Make the blocks below `cut` identities that return what the model expects, a tuple or a tensor."""

    def identity(*args: Any, **kwargs: Any) -> Any:
        states = states_of(args, kwargs)
        return states if output_tuple_len is None else (states, *[None] * (output_tuple_len - 1))

    below = list(blocks)[:cut]
    for block in below:
        block.forward = identity  # an instance attribute, deleted below
    try:
        yield
    finally:
        for block in below:
            del block.forward
