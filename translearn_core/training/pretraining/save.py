"""Saving of a backbone as a loadable folder: weights, architecture, tokenizer."""

from pathlib import Path

from torch import nn
from transformers import PreTrainedModel

from translearn_core.backbones import Backbone
from translearn_core.backbones.silence import silence_transformers
from translearn_core.runs.workspace import BACKBONE
from translearn_core.storage import atomic_folder


def save_backbone(folder: Path, model: PreTrainedModel, source: Backbone, *, checksums: bool = True) -> None:
    """Save `model` with the tokenizer of `source` under `folder`, atomically."""
    with atomic_folder(folder / BACKBONE, checksums=checksums) as draft:
        _write(draft, model, source)


def _write(folder: Path, model: PreTrainedModel, source: Backbone) -> None:
    if source.config.keep_blocks is not None:
        _set_num_hidden_layers(model, source.n_blocks)
    tokenizer = source.tokenizer
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    with silence_transformers():
        nn.Module.to(model, "cpu")
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def _set_num_hidden_layers(model: PreTrainedModel, blocks: int) -> None:
    """Set the number of blocks in the configuration, so that the saved weights count as complete."""
    config = model.config
    if kinds := getattr(config, "layer_types", None):
        config.layer_types = list(kinds)[:blocks]
    config.num_hidden_layers = blocks
