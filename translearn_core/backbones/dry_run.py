"""Dry run of a model: order of its modules, causality, and whether partial forward passes work.

Architectures are judged by behaviour, not by name, so that new ones are supported.
"""

import inspect
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast

from translearn_core.backbones.forward_hooks import replace_block_input, skip_blocks_below, states_of
from translearn_core.inputs.text import IDS, MASK

TOKENS = 7
TOLERANCE = 1e-5


@dataclass(frozen=True)
class InputNames:
    """Tensors of its tokenizer that a model takes, beside the attention mask.

    `altering` are those, beside the token ids, that change the states of a single text.
    """

    taken: tuple[str, ...] = (IDS,)
    altering: tuple[str, ...] = ()


@dataclass(frozen=True)
class DryRun:
    """Findings of a dry run.

    `after` names the modules outside the blocks that first ran after the last block; `output_tuple_len` is
    the length of a block's output tuple, None for a tensor; `unsupported_reason` says why partial forward
    passes do not work, None if they do; `finite` is False if a token state is NaN or infinite; `input_names`
    are the tensors it takes.
    """

    width: int
    causal: bool
    after: frozenset[str]
    output_tuple_len: int | None
    unsupported_reason: str | None
    finite: bool = True
    input_names: InputNames = field(default_factory=InputNames)


def dry_run(
    model: nn.Module, blocks_path: str, *, vocabulary: int, avoid: frozenset[int] = frozenset()
) -> DryRun:
    """Run `model` on a few made-up tokens, none of `avoid`.

    Raises
    ------
    Exception
        Whatever the model raises if token ids and a mask are not enough for it.
    """
    blocks = model.get_submodule(blocks_path)
    assert isinstance(blocks, nn.ModuleList)
    batch = _batch(vocabulary, avoid)
    with torch.no_grad():
        record = _record(model, blocks, blocks_path, batch)
        return DryRun(
            width=record.states.shape[-1],
            causal=_close(record.states[0, :-1], record.states[1, :-1]),
            after=frozenset(record.after),
            output_tuple_len=record.output_tuple_len,
            unsupported_reason=_unsupported_reason(model, blocks, batch, record),
            finite=bool(record.states[batch["attention_mask"].bool()].isfinite().all()),
        )


@torch.no_grad()
def input_names(model: nn.Module, tokenizer: PreTrainedTokenizerFast) -> InputNames:
    """Return the tensors that `tokenizer` makes and `model` takes, tried on a pair of texts.

    A model with a single token type has no embedding of the second text's type: it does not take types.
    """
    accepted = inspect.signature(model.forward).parameters
    pair, single = (dict(tokenizer(*cell, return_tensors="pt")) for cell in (("a", "a"), ("a",)))
    taken, altering = [IDS], []
    for name in pair.keys() & accepted.keys() - {IDS, MASK}:
        try:
            model(**{key: pair[key] for key in (IDS, MASK, name)})
        except IndexError:
            continue
        taken.append(name)
        with_name, without = (
            model(**{key: single[key] for key in keys}).last_hidden_state
            for keys in ((IDS, MASK, name), (IDS, MASK))
        )
        if not torch.equal(with_name, without):
            altering.append(name)
    return InputNames(tuple(sorted(taken)), tuple(sorted(altering)))


@dataclass
class _Record:
    """Blocks called in order, their inputs and outputs, modules run after them, and the model's output."""

    order: list[int]
    inputs: list[Tensor]
    outputs: list[Any]
    after: list[str]
    states: Tensor

    @property
    def output_tuple_len(self) -> int | None:
        """Length of a block's output tuple, None for a tensor."""
        first = self.outputs[0] if self.outputs else None
        return len(first) if isinstance(first, tuple) else None


def _batch(vocabulary: int, avoid: frozenset[int]) -> dict[str, Tensor]:
    """Return three rows: 0 and 1 differ in the last token only, 2 is padded on the right."""
    words = [k for k in range(min(vocabulary, 4_096)) if k not in avoid][-(2 * TOKENS + 1) :]
    ids = torch.tensor([words[:TOKENS], words[:TOKENS], words[-TOKENS:]])
    ids[1, -1] = words[TOKENS]
    mask = torch.ones_like(ids)
    mask[2, TOKENS // 2 :] = 0
    return {"input_ids": ids, "attention_mask": mask}


def _record(model: nn.Module, blocks: nn.ModuleList, path: str, batch: dict[str, Tensor]) -> _Record:
    record = _Record([], [], [], [], torch.empty(0))
    ran: set[str] = set()
    handles = []

    def entering(k: int) -> Any:
        def hook(_: nn.Module, args: Any, kwargs: Any) -> None:
            record.order.append(k)
            record.inputs.append(states_of(args, kwargs).clone())

        return hook

    def outside(name: str) -> Any:
        def hook(*_: Any) -> None:
            done = (
                bool(record.outputs)
                and record.order[-1] == len(blocks) - 1
                and len(record.outputs) == len(record.order)
            )
            if done and name not in ran:
                record.after.append(name)
            ran.add(name)

        return hook

    for k, block in enumerate(blocks):
        handles.append(block.register_forward_pre_hook(entering(k), with_kwargs=True))
        handles.append(block.register_forward_hook(lambda _, __, out: record.outputs.append(out)))
    for name, module in model.named_modules():
        if (
            name
            and not f"{name}.".startswith(f"{path}.")
            and any(True for _ in module.parameters(recurse=False))
        ):
            handles.append(module.register_forward_pre_hook(outside(name)))
    try:
        record.states = model(**batch).last_hidden_state
    finally:
        for handle in handles:
            handle.remove()
    return record


def _unsupported_reason(
    model: nn.Module, blocks: nn.ModuleList, batch: dict[str, Tensor], record: _Record
) -> str | None:
    if record.order != list(range(len(blocks))):
        return (
            f"its blocks do not run once each, in order: {len(blocks)} in the list, {len(record.order)} calls"
        )
    owners = [id(p) for block in blocks for p in set(block.parameters())]
    if len(set(owners)) < len(owners):
        return "its blocks share weights"
    if any(state.shape != (*batch["input_ids"].shape, record.states.shape[-1]) for state in record.inputs):
        return "its blocks keep their states in another layout than text × token × width"
    for k in sorted({1, len(blocks) // 2, len(blocks) - 1} & set(range(1, len(blocks)))):
        try:
            with (
                skip_blocks_below(blocks, k, record.output_tuple_len),
                replace_block_input(blocks[k], partial(record.inputs.__getitem__, k)),
            ):
                partial_states = model(**batch).last_hidden_state
        except Exception:
            return f"block {k} needs more from the blocks below than their states"
        if not _close(partial_states, record.states, batch["attention_mask"].bool()):
            return f"block {k} gives another result when the blocks below are skipped"
    return None


def _close(actual: Tensor, expected: Tensor, mask: Tensor | None = None) -> bool:
    if mask is not None:
        actual, expected = actual[mask], expected[mask]
    scale = max(1.0, float(expected.abs().max()))
    return bool((actual - expected).abs().max() <= TOLERANCE * scale)
