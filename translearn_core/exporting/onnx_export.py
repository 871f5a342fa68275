"""The whole classifier as one ONNX file: token ids and their mask in, probabilities out."""

import re
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.export import Dim

from translearn_core.errors import BackboneError, out_of_memory

FILE = "model.onnx"
INSIDE = 1_800_000_000
"""Bytes of weights that fit into the file itself, whose format ends at 2 GB; more go into one beside it."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def write_onnx(folder: Path, model: nn.Module, name: str, *, pad: int, tokens: int) -> None:
    """Write ``model.onnx`` under `folder`, for any number of texts of any length.

    Parameters
    ----------
    model : nn.Module
        Takes ids and mask, int64, shape (texts, tokens), and gives probabilities, shape (texts, classes).
    name : str
        The backbone's, for errors.
    pad : int
        A token the model knows.
    tokens : int
        The token limit.

    Raises
    ------
    BackboneError
        If this architecture cannot be exported.
    """
    width = min(6, tokens)
    ids = torch.full((2, width), pad, dtype=torch.int64)
    mask = torch.ones_like(ids)
    mask[1, width - 2 :] = 0
    free = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}
    try:
        with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                model, (ids, mask), dynamo=True, dynamic_shapes=(free, free), verbose=False,
                input_names=["ids", "mask"], output_names=["probabilities"],
            )  # fmt: skip
            assert program is not None
            size = sum(p.numel() * p.element_size() for p in model.parameters())
            program.save(folder / FILE, external_data=size > INSIDE)
    except Exception as error:
        if out_of_memory(error):
            raise
        cause = error.__cause__ or error  # the error itself only says in which step it was
        lines = _COLOUR.sub("", str(cause)).strip().splitlines() or [type(cause).__name__]
        raise BackboneError(
            f"{name} cannot be written as ONNX by torch's exporter ({lines[0][:160]}): export it without; "
            "predict.py runs it with torch."
        ) from error
