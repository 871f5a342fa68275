"""Whether a trained backbone still finds alike what it found alike before: fixed pairs of sentences."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import nn

from translearn_core.activations import Compute, Encoder, TextBatchSource
from translearn_core.analysis import cosine_pairs, spearman_change
from translearn_core.analysis.similarity.sentence_similarity import StsChange, sts_change
from translearn_core.backbones import Backbone
from translearn_core.data.sts_pairs import load_sts_pairs
from translearn_core.results import Interval, SentenceSimilarity
from translearn_core.worker.context import Context
from translearn_core.worker.features import found_array
from translearn_core.worker.models import activations

LONGEST = 64
"""Tokens: no sentence has so many."""
KEPT = 0.98
"""From so much agreement on, the order of the pairs is as good as kept."""


@dataclass(frozen=True, eq=False)
class StsRetention:
    """What was found, and its table: first, second, alike, before, after."""

    reference: SentenceSimilarity
    table: pd.DataFrame


def measure_sts_retention(
    context: Context, before: Backbone, after: Backbone, compute: Compute, seed: int
) -> StsRetention:
    """Hold the similarities of the reference pairs before and after a training against each other.

    Cosine of the model's output, pooled as suits the backbone, whatever the run reads.
    """
    pairs = load_sts_pairs()
    similar = {
        name: _similarities(context, backbone, compute, pairs)
        for name, backbone in (("before", before), ("after", after))
    }
    table = pairs.assign(**similar)
    agreement, interval = spearman_change(similar["before"], similar["after"], seed=seed)
    meaning = sts_change(pairs["alike"], similar["before"], similar["after"], seed=seed)
    sentence = _told(len(pairs), agreement, interval, meaning)
    reference = SentenceSimilarity(
        len(pairs), agreement, interval, meaning.before, meaning.after, meaning.change, sentence
    )
    return StsRetention(reference, table)


def _similarities(
    context: Context, backbone: Backbone, compute: Compute, pairs: pd.DataFrame
) -> NDArray[np.float64]:
    sentences = [*pairs["first"], *pairs["second"]]
    texts = TextBatchSource(sentences, backbone.tokenizer, min(LONGEST, backbone.anatomy.token_limit))
    nn.Module.to(backbone.model, compute.device)
    encoder = Encoder(backbone, texts, compute, activations(context), context.report)
    vectors = found_array(encoder.top(backbone.anatomy.pooling))
    return cosine_pairs(vectors[: len(pairs)], vectors[len(pairs) :])


def _told(pairs: int, agreement: float, interval: Interval, meaning: StsChange) -> str:
    if not np.isfinite(agreement):
        return (
            f"All of the {pairs} reference pairs are equally similar to this model, so nothing can be said."
        )
    kept = (
        "is as good as kept"
        if interval.low >= KEPT
        else f"is kept to {agreement:.2f} [{interval.low:.2f}, {interval.high:.2f}], where 1 is entirely"
    )
    low, high = meaning.change.low, meaning.change.high
    amount, span = abs(meaning.after - meaning.before), f"{meaning.before:.2f} to {meaning.after:.2f}"
    if high < 0:
        meant = f"That order now follows less well what they mean: {span}, {amount:.2f} lost"
        meant += f" [{-high:.2f}, {-low:.2f}]."
    elif low > 0:
        meant = f"That order now follows better what they mean: {span}, {amount:.2f} gained"
        meant += f" [{low:.2f}, {high:.2f}]."
    else:
        meant = "Nothing measurable was lost of how well that order follows what they mean: "
        meant += f"{span}, difference {low:+.2f} to {high:+.2f}."
    return f"The order of {pairs} pairs of everyday English sentences by how alike they are {kept}. {meant}"
