"""Activation cache of a job's workspace, and encoders that use it."""

from collections.abc import Sequence

from torch import nn

from translearn_core.activations import ActivationCache, Compute, Encoder
from translearn_core.backbones import Backbone
from translearn_core.config import Cell, FeatureConfig
from translearn_core.config.settings import settings
from translearn_core.worker.context import Context


def activation_cache(context: Context) -> ActivationCache:
    """Return the activation cache of this workspace."""
    return ActivationCache(context.store.workspace.activations, settings().max_activations_mb * 1_000_000)


def make_encoder(
    context: Context, backbone: Backbone, texts: Sequence[Cell], features: FeatureConfig, compute: Compute
) -> Encoder:
    """Return an encoder of texts or pairs on the device of `compute` that uses the activation cache.

    Of `features`, token limit and encoding of pairs count.
    """
    inputs = backbone.inputs(texts, features)
    nn.Module.to(backbone.model, compute.device)
    return Encoder(backbone, inputs, compute, activation_cache(context), context.report)
