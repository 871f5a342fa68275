"""ONNX export of a model: token tensors in, outputs out."""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.export import Dim

from translearn_core.errors import BackboneError, out_of_memory
from translearn_core.inputs.text import IDS, MASK, TYPES

FILE = "model.onnx"
MAX_INLINE_BYTES = 1_800_000_000
"""Largest weights stored in the ONNX file, whose limit is 2 GB; larger ones get a file of their own."""

_ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def write_onnx(
    folder: Path,
    model: nn.Module,
    name: str,
    *,
    inputs: Sequence[str],
    pad: int,
    tokens: int,
    siamese: bool = False,
) -> None:
    """Write ``model.onnx`` under `folder`, for any number of texts of any length.

    Parameters
    ----------
    model : nn.Module
        Takes `inputs` in order, int64, shape (texts, tokens); gives outputs, shape (texts, outputs).
    name : str
        The backbone's name, for errors.
    inputs : sequence of str
        Names of the tensors: ``attention_mask``, ``input_ids`` …
    pad : int
        A token id in the vocabulary.
    tokens : int
        The token limit.
    siamese : bool
        Whether the model takes pairs, tensors of shape (pairs, 2, tokens).

    Raises
    ------
    BackboneError
        If this architecture cannot be exported.
    """
    tensors = _example_tensors(pad, tokens, siamese)
    dynamic = {0: Dim.DYNAMIC, 2 if siamese else 1: Dim.DYNAMIC}
    try:
        with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                model, tuple(tensors[name] for name in inputs), dynamo=True, verbose=False,
                dynamic_shapes=(dynamic,) * len(inputs),
                input_names=list(inputs), output_names=["probabilities"],
            )  # fmt: skip
            assert program is not None
            size = sum(p.numel() * p.element_size() for p in model.parameters())
            program.save(folder / FILE, external_data=size > MAX_INLINE_BYTES)
    except Exception as error:
        if out_of_memory(error):
            raise
        cause = error.__cause__ or error  # the outer error only names the step
        lines = _ANSI_COLOUR.sub("", str(cause)).strip().splitlines() or [type(cause).__name__]
        raise BackboneError(
            f"{name} cannot be written as ONNX by torch's exporter ({lines[0][:160]}): export it without; "
            "predict.py runs it with torch."
        ) from error


def _example_tensors(pad: int, tokens: int, siamese: bool) -> dict[str, Tensor]:
    """Return the inputs of two texts or siamese pairs, padded, with at most `tokens` tokens each."""
    width = min(6, tokens)
    ids = torch.full((2, width), pad, dtype=torch.int64)
    mask = torch.ones_like(ids)
    mask[1, width - 2 :] = 0
    tensors = {IDS: ids, MASK: mask, TYPES: torch.zeros_like(ids)}
    if not siamese:
        return tensors
    return {name: torch.stack([tensor, tensor.flip(0)], dim=1) for name, tensor in tensors.items()}
