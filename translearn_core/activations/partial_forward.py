"""Partial forward passes: run a backbone up to a block, or from a block on cached states.

The part above a block is the whole model with the blocks below as identities, so that names, indices,
per-layer attention types and adapters stay the same.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from torch import Tensor, nn

from translearn_core.backbones import Backbone
from translearn_core.backbones.forward_hooks import (
    Seen,
    StopForwardError,
    record_blocks,
    replace_block_input,
    skip_blocks_below,
    stop_after_block,
)
from translearn_core.errors import BackboneError
from translearn_core.inputs.examples import ModelInput


@dataclass(frozen=True)
class PartialForward:
    """Model and its blocks; `output_tuple_len` is the length of a block's output tuple, None for a tensor."""

    model: nn.Module
    blocks: nn.ModuleList
    output_tuple_len: int | None

    @classmethod
    def of(cls, backbone: Backbone) -> "PartialForward":
        """Return the partial forward passes of a backbone."""
        return cls(backbone.model, backbone.blocks, backbone.output_tuple_len)

    @contextmanager
    def open(
        self, *, start: int = 0, stop: int | None = None, given: bool = False
    ) -> Iterator["ForwardPass"]:
        """Set the hooks for passes through the model or between two blocks; they may run in any thread.

        Parameters
        ----------
        start, given
            With `given`, block `start` gets the states passed to the call instead of those below it.
        stop : int, optional
            Stop before this block.
        """
        current = _CurrentPass()
        with ExitStack() as hooks:
            hooks.enter_context(record_blocks(self.blocks, lambda *layer: current.seen(*layer), start, stop))
            if given:
                hooks.enter_context(skip_blocks_below(self.blocks, start, self.output_tuple_len))
                hooks.enter_context(replace_block_input(self.blocks[start], lambda: current.states))
            if stop is not None:
                hooks.enter_context(stop_after_block(self.blocks[stop]))
            yield ForwardPass(self.model, current, stop)


def no_observer(layer: int, states: Tensor) -> None:
    """No-op observer."""


class _CurrentPass(threading.local):
    """Input states and observer of the pass that a thread runs."""

    states: Tensor
    seen: Seen = staticmethod(no_observer)


@dataclass(frozen=True)
class ForwardPass:
    """Model whose hooks are set, see `PartialForward.open`."""

    model: nn.Module
    current: _CurrentPass
    stop: int | None

    def __call__(self, inputs: ModelInput, states: Tensor | None = None, seen: Seen = no_observer) -> Tensor:
        """Run on one batch.

        Parameters
        ----------
        inputs : ModelInput
        states : Tensor, shape (rows, positions, width)
            Input of block `start`, if the pass was opened with `given`.
        seen : callable
            Called with the states of every layer from the start, the model's own output excepted.

        Returns
        -------
        Tensor, shape (rows, positions, width)
            The states entering the stop block, or the model's output.

        Raises
        ------
        BackboneError
            If the stop block was never called.
        """
        self.current.seen = seen
        if states is not None:
            self.current.states = states
        try:
            output: Tensor = self.model(**inputs.tensors).last_hidden_state
        except StopForwardError as reached:
            return reached.states
        if self.stop is not None:
            raise BackboneError(
                f"Block {self.stop} was never reached: this architecture cannot be cut, train it uncached."
            )
        return output
