"""Similarity of reference sentence pairs under a backbone before and after training."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.analysis.similarity.sentence_similarity import (
    StsChange,
    cosine_pairs,
    spearman_change,
    sts_change,
)
from translearn_core.backbones import Backbone
from translearn_core.config import FeatureConfig
from translearn_core.data.sts_pairs import load_sts_pairs
from translearn_core.results import Estimate, SentenceSimilarity
from translearn_core.results.format import magnitude
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.features import feature_array

TOKEN_LIMIT = 64
"""Above the length of every reference sentence."""
UNCHANGED = 0.98
"""Rank correlation from which the order of the pairs counts as unchanged."""


@dataclass(frozen=True, eq=False)
class StsRetention:
    """Summary, and the table of pairs: first, second, alike, before, after."""

    reference: SentenceSimilarity
    table: pd.DataFrame


def measure_sts_retention(
    context: Context, before: Backbone, after: Backbone, compute: Compute, seed: int
) -> StsRetention:
    """Compare the similarities of the reference pairs before and after training.

    Cosine of the model's output with the backbone's own pooling, whatever the run uses.
    """
    pairs = load_sts_pairs()
    similarity = {
        name: _similarities(context, backbone, compute, pairs)
        for name, backbone in (("before", before), ("after", after))
    }
    table = pairs.assign(**similarity)
    agreement = spearman_change(similarity["before"], similarity["after"], seed=seed)
    change = sts_change(pairs["alike"], similarity["before"], similarity["after"], seed=seed)
    sentence = _sentence(len(pairs), agreement, change)
    reference = SentenceSimilarity(
        len(pairs), agreement, change.before, change.after, change.change, sentence
    )
    return StsRetention(reference, table)


def _similarities(
    context: Context, backbone: Backbone, compute: Compute, pairs: pd.DataFrame
) -> NDArray[np.float64]:
    sentences = [*pairs["first"], *pairs["second"]]
    limit = min(TOKEN_LIMIT, backbone.info.token_limit)
    encoder = make_encoder(context, backbone, sentences, FeatureConfig(token_limit=limit), compute)
    vectors = feature_array(encoder.last_layer(backbone.info.pooling))
    return cosine_pairs(vectors[: len(pairs)], vectors[len(pairs) :])


def _sentence(pairs: int, agreement: Estimate, change: StsChange) -> str:
    if not np.isfinite(agreement.value):
        return (
            f"All of the {pairs} reference pairs are equally similar to this model, so nothing can be said."
        )
    order = (
        "is as good as kept"
        if agreement.low >= UNCHANGED
        else f"is kept to {agreement.value:.2f} {agreement.brackets(2)}, where 1 is entirely"
    )
    low, high = change.change.low, change.change.high
    amount, before, after = magnitude(change.change.value, 2), f"{change.before:.2f}", f"{change.after:.2f}"
    if high < 0:
        sts = (
            f"That order now follows less well what they mean: from {before} to {after}, {amount} lost "
            f"{(-change.change).brackets(2)}."
        )
    elif low > 0:
        sts = (
            f"That order now follows better what they mean: from {before} to {after}, {amount} gained "
            f"{change.change.brackets(2)}."
        )
    else:
        sts = (
            "Nothing measurable was lost of how well that order follows what they mean: from "
            f"{before} to {after}, difference {low:+.2f} to {high:+.2f}."
        )
    return f"The order of {pairs} pairs of everyday English sentences by how alike they are {order}. {sts}"
