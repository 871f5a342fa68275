"""Activation cache of a job's workspace."""

from translearn_core.activations import ActivationCache
from translearn_core.config.settings import settings
from translearn_core.worker.context import Context


def activation_cache(context: Context) -> ActivationCache:
    """Return the activation cache of this workspace."""
    return ActivationCache(context.store.workspace.activations, settings().max_activations_mb * 1_000_000)
