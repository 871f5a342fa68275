"""A trained backbone as a folder that can be loaded like any other: weights, architecture, tokenizer."""

import shutil
import tempfile
from pathlib import Path

from torch import nn
from transformers import PreTrainedModel

from translearn_core.backbones import Backbone
from translearn_core.backbones.quiet import quiet
from translearn_core.runs.workspace import BACKBONE


def keep_backbone(folder: Path, model: PreTrainedModel, source: Backbone) -> None:
    """Save `model` with the tokenizer of `source` under `folder`: under another name first, then at once."""
    home = folder / BACKBONE
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
    if source.config.blocks is not None:
        _say_blocks(model, source.n_blocks)
    tokenizer = source.tokenizer
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    with quiet():
        nn.Module.to(model, "cpu")
        model.save_pretrained(draft)
        tokenizer.save_pretrained(draft)
    draft.chmod(0o755)
    if home.exists():  # an attempt that was lost before it could say that it was done
        shutil.rmtree(home)
    draft.rename(home)


def _say_blocks(model: PreTrainedModel, blocks: int) -> None:
    """Let the configuration say how many blocks were kept, or the weights would be found incomplete."""
    config = model.config
    if kinds := getattr(config, "layer_types", None):
        config.layer_types = list(kinds)[:blocks]
    config.num_hidden_layers = blocks
