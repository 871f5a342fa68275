"""Pretrained backbones: resolving, downloading, loading and inspecting them."""

from translearn_core.backbones.hashing import backbone_digest
from translearn_core.backbones.hub import remote_size
from translearn_core.backbones.loading import Backbone, bytes_to_fetch, load, load_tokenizer
from translearn_core.inputs.tokenizer_loading import token_statistics

__all__ = [
    "Backbone",
    "backbone_digest",
    "bytes_to_fetch",
    "load",
    "load_tokenizer",
    "remote_size",
    "token_statistics",
]
