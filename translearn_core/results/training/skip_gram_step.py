"""One step of skip-gram with negative sampling: what was compared, and what changed."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class StepPair:
    """A centre word and another, a real context (`label` 1) or drawn at random (`label` 0).

    `score` is the product of the two vectors, `probability` its sigmoid, `error` probability minus label:
    the gradient of the loss by the score. `probability_after` is that after the step.
    """

    word: str
    label: int
    score: float
    probability: float
    error: float
    probability_after: float

    @property
    def kind(self) -> str:
        """Whether the other word is of the context, or negative."""
        return "context" if self.label else "negative"


@dataclass(frozen=True)
class SkipGramStep:
    """One gradient step of one centre word.

    Attributes
    ----------
    words : tuple of str
        Words of the sentence.
    centre : int
        Position of the centre word.
    pairs : tuple of StepPair
        Contexts, then negatives.
    vector, gradient, vector_after : tuple of float, each of the width
        Of the centre word: before the step, the gradient of the loss, after the step.
    loss, loss_after : float
        Negative-sampling loss of all pairs, in nats, before and after the step.
    losses : tuple of float
        Loss before each of the steps that came before, this one's last.
    """

    words: tuple[str, ...]
    centre: int
    pairs: tuple[StepPair, ...]
    vector: tuple[float, ...]
    gradient: tuple[float, ...]
    vector_after: tuple[float, ...]
    loss: float
    loss_after: float
    losses: tuple[float, ...]

    @property
    def sentence(self) -> str:
        """Say what the step did to the loss."""
        return (
            f"Step {len(self.losses)} brought the loss of these {len(self.pairs)} pairs from {self.loss:.3f} "
            f"to {self.loss_after:.3f}."
        )

    def frame(self) -> pd.DataFrame:
        """Return one row per pair: kind, word, score, probability, error, probability after."""
        rows = [
            (
                "context" if p.label else "negative",
                p.word,
                p.score,
                p.probability,
                p.error,
                p.probability_after,
            )
            for p in self.pairs
        ]
        columns = ["kind", "word", "score", "probability", "error", "probability after"]
        return pd.DataFrame(rows, columns=columns)

    def vector_frame(self) -> pd.DataFrame:
        """Return one row per dimension of the centre's vector: before, gradient, after."""
        return pd.DataFrame(
            {
                "dimension": range(1, len(self.vector) + 1),
                "before": self.vector,
                "gradient": self.gradient,
                "after": self.vector_after,
            }
        )
