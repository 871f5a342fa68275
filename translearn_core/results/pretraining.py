"""What became of a backbone that read on: how well it guessed covered words before, and after."""

import math
from dataclasses import dataclass

import pandas as pd

LEAST_TEXTS = 100
"""Different texts that pre-training needs at least."""


@dataclass(frozen=True)
class Pretraining:
    """A backbone's pre-training gone on with.

    Losses are cross-entropies in nats a covered token. `loss_before` and `loss_after` are those on texts it
    did not learn from, with the same words covered; before means with the backbone as it came, when a fresh
    head had learned for `head_epochs` epochs. `losses` are the mean losses of all epochs in order, those of
    the head alone first. `tokens` counts one pass over the `texts` it learned from.
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
        """Words it hesitated between, as it came."""
        return perplexity(self.loss_before)

    @property
    def perplexity_after(self) -> float:
        """Words it hesitates between now."""
        return perplexity(self.loss_after)

    def frame(self) -> pd.DataFrame:
        """One line per epoch: epoch, what trained, training loss, perplexity."""
        alone = self.head_epochs
        return pd.DataFrame(
            {
                "epoch": range(1, len(self.losses) + 1),
                "trained": ["prediction head" if k < alone else "all" for k in range(len(self.losses))],
                "loss": self.losses,
                "perplexity": [perplexity(loss) for loss in self.losses],
            }
        )


def perplexity(loss: float) -> float:
    """Return between how many words, all alike, a guess of this loss chooses."""
    return math.exp(min(loss, 700.0))
