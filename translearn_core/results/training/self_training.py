"""Self-training of a run: what was added in each round, and how often it was right."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.results.format import count_noun, percent


@dataclass(frozen=True)
class SelfTrainingRound:
    """Predictions of the rows without a label by the model of one training, or epoch, `number` from 1.

    `score` is the model's validation score. `confident` predictions reach the threshold; `added` are the
    pseudo-labels of each class that were taken, `known` how many of them have a known label and `right` how
    many of these agree with it; `all_known` and `all_right` count all rows without a label.
    """

    number: int
    score: float
    confident: int
    added: tuple[int, ...]
    known: int
    right: int
    all_known: int
    all_right: int

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
                | {f"added: {name}": n for name, n in zip(self.classes, r.added, strict=True)}
                | {"added and known": r.known, "right of these": r.precision}
                | {"all known": r.all_known, "right of all": r.accuracy}
                for r in self.rounds
            ]
        )

    def summary(self) -> str:
        """Say how many rows got a pseudo-label last, and how often these were right."""
        taken = [r for r in self.rounds if r.total]
        texts = count_noun(self.unlabelled, "text")
        if not taken:
            return (
                f"None of {texts} without a label had a prediction of at least {percent(self.threshold)} "
                "that could be taken: what trained are the labelled rows alone. A lower threshold takes more."
            )
        last = taken[-1]
        sentence = (
            f"{last.total:,} of {texts} without a label trained with a pseudo-label in the end, beside "
            f"{count_noun(self.labelled, 'labelled row')}."
        )
        if last.precision is not None:
            sentence += f" Of those whose label is known, {percent(last.precision)} were right."
        return sentence
