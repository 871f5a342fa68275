"""Hidden states: partial forward passes, pooling, and the activation cache on disk."""

from translearn_core.activations.activation_cache import ActivationCache
from translearn_core.activations.device import Compute
from translearn_core.activations.encoder import Encoder
from translearn_core.activations.lookup import CachedStates, Lookup
from translearn_core.activations.partial_forward import PartialForward
from translearn_core.activations.pooling import pool
from translearn_core.inputs.examples import ProgressCallback, no_progress

__all__ = [
    "ActivationCache",
    "CachedStates",
    "Compute",
    "Encoder",
    "Lookup",
    "PartialForward",
    "ProgressCallback",
    "no_progress",
    "pool",
]
