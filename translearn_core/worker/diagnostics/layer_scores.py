"""Transferability scores and probe accuracy of each layer of a backbone before fine-tuning.

Fitted on training rows, probes scored on validation rows; test rows are not used.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.analysis.linear_models import LINEAR_MODELS
from translearn_core.analysis.probing.transferability import h_score, logme, logme_of_labels, logme_of_number
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import load
from translearn_core.config import BackboneConfig, Cell, FeatureConfig, ProblemType
from translearn_core.data.dataset import PreparedDataset
from translearn_core.experiment.training_data import rows_of
from translearn_core.results import BackboneInfo, Estimate
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.problem import FloatArray
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.features import feature_array

IntArray = NDArray[np.int64]
Vectors = NDArray[np.floating]


@dataclass(frozen=True)
class Sample:
    """Texts and target: training rows first, then `n_validation` validation rows."""

    texts: tuple[Cell, ...]
    target: Target
    n_validation: int

    @property
    def labels(self) -> IntArray:
        """Class index of each row."""
        return np.asarray(self.target.values, dtype=np.int64)

    @property
    def n_train(self) -> int:
        """Number of training rows."""
        return len(self.texts) - self.n_validation

    def train_only(self) -> "Sample":
        """Return the training rows alone."""
        n = self.n_train
        return replace(self, texts=self.texts[:n], target=self.target.select(np.arange(n)), n_validation=0)


@dataclass(frozen=True)
class LayerScores:
    """LogME, H-score, and C and score of the linear probe of a backbone's layers, one entry per layer.

    `probe` and its `intervals` are in the headline `metric`, `row_scores`, shape (layers, validation rows),
    are those of the probe. The H-score of a number is NaN.
    """

    backbone_info: BackboneInfo
    layers: tuple[int, ...]
    logme: tuple[float, ...]
    h_score: tuple[float, ...]
    c: tuple[float, ...]
    probe: tuple[float, ...]
    intervals: tuple[Estimate, ...]
    row_scores: FloatArray
    metric: str


def sample_rows(prepared: PreparedDataset, limit: int, seed: int) -> Sample:
    """Return a stratified sample of at most `limit` training rows and `limit` validation rows.

    Raises
    ------
    TooFewSamplesError
        If a split has no rows.
    """
    rows = rows_of(prepared)
    train, validation = (
        part[np.sort(stratified_sample(prepared.strata[part], limit, seed))]
        for part in (rows.train, rows.validation)
    )
    index = np.concatenate([train, validation])
    texts = tuple(prepared.texts[i] for i in index)
    return Sample(texts, prepared.target.select(index), len(validation))


def supported_features(features: FeatureConfig, backbone_info: BackboneInfo) -> FeatureConfig:
    """Adapt pooling and token limit to what the backbone supports."""
    pooling = features.pooling if features.pooling in backbone_info.poolings else backbone_info.pooling
    limit = min(features.token_limit, backbone_info.token_limit)
    return features.model_copy(update={"pooling": pooling, "token_limit": limit})


def score_layers(
    context: Context, config: BackboneConfig, features: FeatureConfig, sample: Sample, compute: Compute
) -> LayerScores:
    """Score every layer of a backbone, or the last one alone if the others are not accessible."""
    context.report("loading the backbone")
    backbone = load(config)
    features, top = supported_features(features, backbone.info), backbone.n_blocks
    encoder = make_encoder(context, backbone, sample.texts, features, compute)
    accessible = backbone.info.supports_partial_forward
    lookups = encoder.pooled(features.pooling) if accessible else [encoder.last_layer(features.pooling)]
    layers = tuple(range(top + 1)) if accessible else (top,)
    logmes: list[float] = []
    h_scores: list[float] = []
    c, intervals, row_scores = [], [], []
    n, target, problem = sample.n_train, sample.target, PROBLEMS[sample.target.problem]
    learned, held_out = target.select(np.arange(n)), np.arange(n, len(sample.texts))
    for done, lookup in enumerate(lookups):
        x = feature_array(lookup)

        def tick(share: float, done: int = done) -> None:
            context.report("rating layers", done + share, len(lookups))

        tick(0.0)
        for scores, score in zip((logmes, h_scores), transferability(x[:n], learned), strict=True):
            scores.append(score)
        fitted = LINEAR_MODELS[target.problem].fit_probe(x[:n], learned, progress=tick)
        c.append(fitted.c)
        outputs = fitted.predict(x[n:])
        decision = problem.choose_thresholds(target, np.arange(n), fitted.predict(x[:n]))
        metric, interval = next(iter(problem.metrics(decision, held_out, outputs).items()))
        intervals.append(interval)
        row_scores.append(problem.row_scores(decision, held_out, outputs))
    return LayerScores(
        backbone.info, layers, tuple(logmes), tuple(h_scores), tuple(c),
        tuple(interval.value for interval in intervals), tuple(intervals), np.stack(row_scores), metric,
    )  # fmt: skip


def transferability(x: Vectors, target: Target) -> tuple[float, float]:
    """Return LogME and H-score of vectors; the H-score of a number and of several labels is NaN."""
    if target.problem is ProblemType.REGRESSION:
        return logme_of_number(x, target.values), float("nan")
    if target.problem is ProblemType.MULTI_LABEL:
        return logme_of_labels(x, target.values), float("nan")
    return logme(x, target.values), h_score(x, target.values)
