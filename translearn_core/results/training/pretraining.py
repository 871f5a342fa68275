"""Continued masked-language-model pretraining: losses before, during and after."""

import math
from dataclasses import dataclass

import pandas as pd

LEAST_TEXTS = 100
"""Least number of distinct texts for pretraining."""

HELD_OUT, MIN_HELD_OUT, MAX_HELD_OUT = 0.05, 20, 1_000
"""Fraction of texts that is held out, and its minimum and maximum number of texts."""


def held_out_texts(count: int) -> int:
    """Return how many of `count` texts are held out."""
    return min(MAX_HELD_OUT, max(MIN_HELD_OUT, round(HELD_OUT * count)))


@dataclass(frozen=True)
class Pretraining:
    """Continued pretraining of a backbone.

    Losses are cross-entropies in nats per masked token. `loss_before` and `loss_after` are on held-out texts
    with the same masks, before with the original backbone and a new head trained for `head_epochs` epochs.
    `losses` are the mean losses of all epochs in order, those of the head alone first. `tokens` counts one
    pass over the training `texts`.
    """

    parent: str
    texts: int
    held_out: int
    tokens: int
    loss_before: float
    loss_after: float
    losses: tuple[float, ...]
    head_epochs: int
    fresh_head: bool
    seconds: float
    device: str
    precision: str

    @property
    def perplexity_before(self) -> float:
        """Perplexity on held-out texts before pretraining."""
        return perplexity(self.loss_before)

    @property
    def perplexity_after(self) -> float:
        """Perplexity on held-out texts after pretraining."""
        return perplexity(self.loss_after)

    def frame(self) -> pd.DataFrame:
        """Return one row per epoch: epoch, trained part, training loss, perplexity."""
        trained = ["prediction head" if k < self.head_epochs else "all" for k in range(len(self.losses))]
        return pd.DataFrame(
            {
                "epoch": range(1, len(self.losses) + 1),
                "trained": trained,
                "loss": self.losses,
                "perplexity": [perplexity(loss) for loss in self.losses],
            }
        )


def perplexity(loss: float) -> float:
    """Return the perplexity of a cross-entropy in nats."""
    return math.exp(min(loss, 700.0))
