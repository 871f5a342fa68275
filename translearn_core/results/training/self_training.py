"""Self-training of a run: what was added in each round, and how often it was right."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.config import SelfTrainingMethod
from translearn_core.results.format import count_noun, percent, quote_list

ADDED_OF_CLASS = "added: "
"""Beginning of the columns of the pseudo-labels of one class."""
MOST_NAMED = 3
"""Most classes without a confident prediction that are named."""


@dataclass(frozen=True)
class SelfTrainingRound:
    """Predictions of the rows without a label by the model of one training, or epoch, `number` from 1.

    `score` is the model's validation score. `confident` predictions reach the threshold; `added` are the
    pseudo-labels of each class that were taken, `known` how many of them have a known label and `right` how
    many of these agree with it; `all_known` and `all_right` count all rows without a label. `lacking` are the
    classes without a confident prediction, where as many are taken of every class.
    """

    number: int
    score: float
    confident: int
    added: tuple[int, ...]
    known: int
    right: int
    all_known: int
    all_right: int
    lacking: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        """Number of pseudo-labels taken."""
        return sum(self.added)

    @property
    def precision(self) -> float | None:
        """Share of the pseudo-labels that are right; None if no label of theirs is known."""
        return self.right / self.known if self.known else None

    @property
    def accuracy(self) -> float | None:
        """Share of all predictions that are right; None if no label is known."""
        return self.all_right / self.all_known if self.all_known else None


@dataclass(frozen=True)
class SelfTraining:
    """Rounds of a run that learned from rows without a label, beside as many `labelled` training rows.

    Of consistency, a round is an epoch. The last round of pseudo-labels adds none: it is the final model's.
    """

    method: str
    threshold: float
    labelled: int
    unlabelled: int
    classes: tuple[str, ...]
    rounds: tuple[SelfTrainingRound, ...]

    def frame(self) -> pd.DataFrame:
        """Return one row per round: scores, what was confident, added of each class, and right."""
        return pd.DataFrame(
            [
                {"round": r.number, "validation score": r.score, "confident": r.confident, "added": r.total}
                | {f"{ADDED_OF_CLASS}{name}": n for name, n in zip(self.classes, r.added, strict=True)}
                | {"added and known": r.known, "right of these": r.precision}
                | {"all known": r.all_known, "right of all": r.accuracy}
                for r in self.rounds
            ]
        )

    def summary(self) -> str:
        """Say how many rows got a pseudo-label last, and how often these were right."""
        taken = [r for r in self.rounds if r.total]
        texts = f"{count_noun(self.unlabelled, 'text')} without a label"
        if not taken:
            return self._nothing(texts)
        last, labelled = taken[-1], count_noun(self.labelled, "labelled row")
        if self.method == SelfTrainingMethod.CONSISTENCY:
            sentence = (
                f"{last.total:,} of {texts} had a prediction of at least {percent(self.threshold)} after "
                f"epoch {last.number}: altered copies of such texts trained with that class, beside "
                f"{labelled}."
            )
        else:
            sentence = f"{last.total:,} of {texts} trained with a pseudo-label in the end, beside {labelled}."
        if last.precision is not None:
            sentence += f" Of those whose label is known, {percent(last.precision)} were right."
        return sentence

    def _nothing(self, texts: str) -> str:
        """Say why no pseudo-label was taken."""
        alone = "what trained are the labelled rows alone. A lower threshold takes more"
        threshold = percent(self.threshold)
        first = self.rounds[0] if self.rounds else None
        if first is None or not first.confident:
            return f"None of {texts} had a prediction of at least {threshold}: {alone}."
        if not first.lacking:
            return (
                f"{first.confident:,} of {texts} had a prediction of at least {threshold}, and the run was "
                "stopped before they could train: what trained are the labelled rows alone."
            )
        names = quote_list([self.classes[k] for k in first.lacking], MOST_NAMED)
        return (
            f"{first.confident:,} of {texts} had a prediction of at least {threshold}, but none of {names}, "
            f"and as many were to be taken of every class: {alone}, and so does 'As many of every class' "
            "switched off."
        )
