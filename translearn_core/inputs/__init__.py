"""Modalities: the rows of a table as tensors of a model."""

from translearn_core.inputs.examples import (
    Examples,
    ModelInput,
    ProgressCallback,
    Rows,
    batches_by_cost,
    no_progress,
)
from translearn_core.inputs.modality import MODALITIES, InputInfo, Modality
from translearn_core.inputs.text import Cell, TextExamples, TokenizedTexts, text_digests, tokenize

__all__ = [
    "MODALITIES",
    "Cell",
    "Examples",
    "InputInfo",
    "Modality",
    "ModelInput",
    "ProgressCallback",
    "Rows",
    "TextExamples",
    "TokenizedTexts",
    "batches_by_cost",
    "no_progress",
    "text_digests",
    "tokenize",
]
