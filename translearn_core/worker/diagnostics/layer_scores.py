"""What the layers of a backbone make of a task's rows before any training: scores, and a probe beside them.

Learnt from training rows, scored on validation rows; test rows are not looked at.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from translearn_core.activations import Compute, Encoder, TextBatchSource
from translearn_core.analysis import h_score, logme, stratified_sample
from translearn_core.analysis.probing.logistic_regression import (
    BatchedProblem,
    fit_batched,
    standardise,
    thread_pools,
)
from translearn_core.backbones import Backbone, load
from translearn_core.config import BackboneConfig, FeatureConfig
from translearn_core.data.dataset import PreparedDataset
from translearn_core.experiment.training_data import rows_of
from translearn_core.results import BackboneInfo
from translearn_core.worker.context import Context
from translearn_core.worker.features import found_array
from translearn_core.worker.models import activations

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Vectors = NDArray[np.floating]


@dataclass(frozen=True)
class Sample:
    """Texts of a task and their class indices: training rows first, then `held` validation rows."""

    texts: tuple[str, ...]
    labels: IntArray
    held: int
    classes: int

    @property
    def fit_rows(self) -> int:
        """How many training rows there are."""
        return len(self.texts) - self.held

    def learning(self) -> "Sample":
        """Return the training rows alone."""
        return replace(self, texts=self.texts[: self.fit_rows], labels=self.labels[: self.fit_rows], held=0)


@dataclass(frozen=True)
class LayerScores:
    """A backbone's layers as they suit the labels; arrays have an entry a layer, `correct` a row of bools.

    `probe` is the share of the held-out rows that a linear probe gets right, `correct` which these are.
    """

    anatomy: BackboneInfo
    layers: tuple[int, ...]
    logme: tuple[float, ...]
    h_score: tuple[float, ...]
    probe: tuple[float, ...]
    correct: BoolArray


def sample_rows(prepared: PreparedDataset, limit: int, seed: int) -> Sample:
    """Return at most `limit` training rows and as many validation rows, all classes in proportion.

    Raises
    ------
    TooFewSamplesError
        If a split has no rows.
    """
    rows = rows_of(prepared)
    learn, held = (
        part[np.sort(stratified_sample(rows.labels[part], limit, seed))]
        for part in (rows.train, rows.validation)
    )
    index = np.concatenate([learn, held])
    texts = tuple(prepared.texts[i] for i in index)
    return Sample(texts, rows.labels[index], len(held), rows.classes)


def train_indices(features: FeatureConfig, anatomy: BackboneInfo) -> FeatureConfig:
    """Return how texts become vectors, as far as the backbone can do it."""
    pooling = features.pooling if features.pooling in anatomy.poolings else anatomy.pooling
    limit = min(features.token_limit, anatomy.token_limit)
    return features.model_copy(update={"pooling": pooling, "token_limit": limit})


def encoder(
    context: Context, backbone: Backbone, features: FeatureConfig, sample: Sample, compute: Compute
) -> Encoder:
    """Return what reads the rows of a sample with a backbone, from the store where it did so before."""
    texts = TextBatchSource(sample.texts, backbone.tokenizer, features.token_limit)
    nn.Module.to(backbone.model, compute.device)
    return Encoder(backbone, texts, compute, activations(context), context.report)


def score_layers(
    context: Context, config: BackboneConfig, features: FeatureConfig, sample: Sample, compute: Compute
) -> LayerScores:
    """Rate every layer of a backbone, the last one alone where others cannot be looked at."""
    context.report("loading the backbone")
    backbone = load(config)
    features, top = train_indices(features, backbone.anatomy), backbone.n_blocks
    reader = encoder(context, backbone, features, sample, compute)
    whole = backbone.anatomy.supports_partial_forward
    found = reader.pooled(features.pooling) if whole else [reader.top(features.pooling)]
    layers = tuple(range(top + 1)) if whole else (top,)
    logmes, h_scores, correct = [], [], []
    with thread_pools(1) as (pool,):
        for done, one in enumerate(found):
            x = found_array(one)

            def tick(share: float, done: int = done) -> None:
                context.report("rating layers", done + share, len(found))

            tick(0.0)
            learnt, labels = x[: sample.fit_rows], sample.labels[: sample.fit_rows]
            logmes.append(logme(learnt, labels))
            h_scores.append(h_score(learnt, labels))
            rows, held = standardise(learnt, x[sample.fit_rows :])
            seen = torch.ones(len(labels), 1)
            fits = fit_batched(
                BatchedProblem(rows, torch.from_numpy(labels[:, None]), seen, sample.classes), pool, tick
            )
            correct.append(fits.predict(held, 0, 0).numpy() == sample.labels[sample.fit_rows :])
    right = np.stack(correct)
    probe = tuple(float(share) for share in right.mean(axis=1))
    return LayerScores(backbone.anatomy, layers, tuple(logmes), tuple(h_scores), probe, right)
