"""Hidden states: batches by length, the pass, pooling, the cut at a block, and the store of it all."""

from translearn_core.activations.compute import Compute
from translearn_core.activations.encoding import Encoder, Kept
from translearn_core.activations.pooling import pool
from translearn_core.activations.split import Split
from translearn_core.activations.store import Found, Store
from translearn_core.activations.tokens import Report, Texts, Tokens, by_length, quiet, tokenize

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
