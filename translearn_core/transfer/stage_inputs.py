"""Inputs of each training stage: outputs of frozen layers are computed once and cached."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import (
    ActivationCache,
    Compute,
    Encoder,
    ProgressCallback,
    no_progress,
)
from translearn_core.config import FreezePlan
from translearn_core.inputs.examples import Examples
from translearn_core.inputs.pairs import SiamesePairs
from translearn_core.inputs.words import SentenceWords
from translearn_core.results import CacheUsage
from translearn_core.transfer.batch import Inputs, sentence_of
from translearn_core.transfer.classifier import Classifier
from translearn_core.transfer.features import combine_layers

STANDARDISE_ROWS = 1024


class StageInputs:
    """Inputs of training stages, with outputs of frozen layers from the activation cache.

    Pooled features if only the head trains, else hidden states at the boundary. Every step runs the whole
    backbone if the embeddings train, the architecture has no partial forward pass, or the cache is full.
    `stage_plans` are those of all stages, so that one pass also caches the states later stages need.
    """

    def __init__(
        self,
        model: Classifier,
        texts: Examples | SiamesePairs | SentenceWords,
        compute: Compute,
        store: ActivationCache,
        report: ProgressCallback = no_progress,
        *,
        stage_plans: Sequence[FreezePlan] = (),
    ) -> None:
        self.model, self.texts, self.compute, self.store, self.report = model, texts, compute, store, report
        self.stage_plans = tuple(stage_plans) or (model.max_plan,)
        self.cache_usage: CacheUsage | None = None

    def for_first_stage(self, train: NDArray[np.int64], *, seed: int) -> Inputs:
        """Return the inputs of the first stage; fit the head's standardisation on the rows `train`."""
        model = self.model
        depths = reusable_depths(self.stage_plans, model.loaded_backbone.n_blocks)
        if len(self.stage_plans) > 1 and depths and model.loaded_backbone.info.supports_partial_forward:
            encoder = self.encoder()
            encoder.precompute(depths)
            self._count(encoder)
        return fit_standardiser(model, self(self.stage_plans[0]), train, self.compute, seed=seed)

    def encoder(self, texts: Examples | SiamesePairs | SentenceWords | None = None) -> Encoder:
        """Return an encoder with the backbone's current weights."""
        return Encoder(self.model.loaded_backbone, texts or self.texts, self.compute, self.store, self.report)

    def __call__(self, plan: FreezePlan) -> Inputs:
        """Return the inputs of the stage that trains `plan`."""
        model, backbone, texts = self.model, self.model.loaded_backbone, self.texts
        boundary = plan.first_trainable_block(backbone.n_blocks)
        if boundary == backbone.n_blocks:
            encoder = self.encoder()
            layers = encoder.pooled_layers(model.feature_config.pooling, model.layers)
            self._count(encoder)
            pooled = combine_layers(
                [layer.vectors() for layer in layers], model.feature_config.layer_combination
            )
            inputs = Inputs(layers[0].tokens, pooled=pooled, sentence=sentence_of(texts))
            return with_standardised(model, inputs, self.compute)
        if boundary > 0 and backbone.info.supports_partial_forward:
            encoder = self.encoder()
            states = encoder.states(boundary)
            if states is not None:
                self._count(encoder)
                return Inputs(texts.cost, texts, cached_states=states, sentence=sentence_of(texts))
        return Inputs.of(texts)

    def _count(self, encoder: Encoder) -> None:
        self.cache_usage = (
            encoder.cache_usage if self.cache_usage is None else self.cache_usage + encoder.cache_usage
        )


def reusable_depths(stage_plans: Sequence[FreezePlan], n_blocks: int) -> Collection[int]:
    """Return the stages' boundaries below which no earlier stage trains, excluding 0 and `n_blocks`."""
    depths, lowest = set(), n_blocks
    for plan in stage_plans:
        boundary = plan.first_trainable_block(n_blocks)
        if 0 < boundary < n_blocks and boundary <= lowest:
            depths.add(boundary)
        lowest = min(lowest, boundary)
    return depths


def fit_standardiser(
    model: Classifier, inputs: Inputs, train: NDArray[np.int64], compute: Compute, *, seed: int
) -> Inputs:
    """Fit the head's standardisation on the rows `train`, or a seeded sample of many that are not pooled.

    Returns the inputs, standardised if only the head trains.
    """
    if inputs.pooled is None and len(train) > STANDARDISE_ROWS:
        train = np.sort(np.random.default_rng(seed).choice(train, STANDARDISE_ROWS, replace=False))
    train = train[np.argsort(inputs.cost[train], kind="stable")]  # little padding
    with compute.inference(model.backbone):
        pieces: list[Tensor] = [
            model.features(inputs.batch(train[i : i + 64]), compute).float() for i in range(0, len(train), 64)
        ]
    model.standardise.fit(torch.cat(pieces).clone())
    return with_standardised(model, inputs, compute)


def refitted(stages: StageInputs, train: NDArray[np.int64], seed: int) -> Callable[[FreezePlan], Inputs]:
    """Return the inputs of stages, the standardisation fitted anew where only the head trains.

    For a head that is fitted to features which an earlier stage has changed.
    """

    def inputs_for(plan: FreezePlan) -> Inputs:
        inputs = stages(plan)
        if inputs.pooled is None:
            return inputs
        return fit_standardiser(stages.model, inputs, train, stages.compute, seed=seed)

    return inputs_for


def with_standardised(model: Classifier, inputs: Inputs, compute: Compute) -> Inputs:
    """Return inputs with their pooled features, if any, also standardised."""
    if inputs.pooled is None:
        return inputs
    with torch.no_grad():
        return replace(inputs, standardised=model.standardise(inputs.pooled.to(compute.device)))
