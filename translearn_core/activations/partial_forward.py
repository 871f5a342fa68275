"""Cutting a backbone at a block: run it up to there, or from there on states that were kept.

The part above a cut is the whole model with the blocks below passing their input through, so names, indices,
per-layer attention types and adapters stay what they are.
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


@dataclass(frozen=True)
class PartialForward:
    """A model and its blocks; `returned` as `Backbone` says it."""

    model: nn.Module
    blocks: nn.ModuleList
    output_tuple_len: int | None

    @classmethod
    def of(cls, backbone: Backbone) -> "PartialForward":
        """Return the split of a backbone."""
        return cls(backbone.model, backbone.blocks, backbone.returned)

    @contextmanager
    def open(
        self, *, start: int = 0, stop: int | None = None, given: bool = False
    ) -> Iterator["ForwardPass"]:
        """Prepare to run the model, or the part of it between two blocks, many times and from any thread.

        Parameters
        ----------
        start, given
            With `given`, block `start` gets states that were kept instead of what lies below.
        stop : int, optional
            Leave before this block.
        """
        now = _Now()
        with ExitStack() as hooks:
            hooks.enter_context(record_blocks(self.blocks, lambda *found: now.seen(*found), start, stop))
            if given:
                hooks.enter_context(skip_blocks_below(self.blocks, start, self.output_tuple_len))
                hooks.enter_context(replace_block_input(self.blocks[start], lambda: now.states))
            if stop is not None:
                hooks.enter_context(stop_after_block(self.blocks[stop]))
            yield ForwardPass(self.model, now, stop)


def no_observer(layer: int, states: Tensor) -> None:
    """Look at nothing."""


class _Now(threading.local):
    """What the present run of a thread is given, and who looks on."""

    states: Tensor
    seen: Seen = staticmethod(no_observer)


@dataclass(frozen=True)
class ForwardPass:
    """A model whose hooks are set, see `Split.open`."""

    model: nn.Module
    now: _Now
    stop: int | None

    def __call__(
        self, ids: Tensor, mask: Tensor, states: Tensor | None = None, seen: Seen = no_observer
    ) -> Tensor:
        """Run on one batch.

        Parameters
        ----------
        ids, mask : int tensors, shape (texts, tokens)
        states : Tensor, shape (texts, tokens, width)
            Where states are given.
        seen : callable
            Called with every layer from the start to the last one before the model's own output.

        Returns
        -------
        Tensor, shape (texts, tokens, width)
            The states entering the block to stop at, or the model's output.

        Raises
        ------
        BackboneError
            If that block was never called.
        """
        self.now.seen = seen
        if states is not None:
            self.now.states = states
        try:
            output: Tensor = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        except StopForwardError as reached:
            return reached.states
        if self.stop is not None:
            raise BackboneError(
                f"Block {self.stop} was never reached: this architecture cannot be cut, train it uncached."
            )
        return output
