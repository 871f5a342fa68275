"""Hidden states: batches by length, the pass, pooling, the cut at a block, and the store of it all."""

from translearn_core.activations.activation_cache import Found, Store
from translearn_core.activations.device import Compute
from translearn_core.activations.encoder import Encoder, Kept
from translearn_core.activations.partial_forward import Split
from translearn_core.activations.pooling import pool
from translearn_core.activations.tokenization import Report, Texts, Tokens, by_length, quiet, tokenize

__all__ = [
    "Compute",
    "Encoder",
    "Found",
    "Kept",
    "Report",
    "Split",
    "Store",
    "Texts",
    "Tokens",
    "by_length",
    "pool",
    "quiet",
    "tokenize",
]
