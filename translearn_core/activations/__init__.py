"""Hidden states: batches by length, the pass, pooling, and the cut at a block."""

from translearn_core.activations.compute import Compute
from translearn_core.activations.encoding import Kept, encode_layers, fits_in_memory, keep_states
from translearn_core.activations.pooling import pool
from translearn_core.activations.split import shape_of_output, suffix
from translearn_core.activations.tokens import Report, Tokens, by_length, quiet, tokenize

__all__ = [
    "Compute",
    "Kept",
    "Report",
    "Tokens",
    "by_length",
    "encode_layers",
    "fits_in_memory",
    "keep_states",
    "pool",
    "quiet",
    "shape_of_output",
    "suffix",
    "tokenize",
]
