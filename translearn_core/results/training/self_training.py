"""Self-training of a run: what was added in each round, and how often it was right."""

import math
from dataclasses import dataclass

import pandas as pd

from translearn_core.results.format import count_noun, percent, quote, quote_list

ADDED_OF_CLASS = "added: "
"""Beginning of the columns of the pseudo-labels of one class."""
MOST_NAMED = 3
"""Most classes without a confident prediction that are named."""
FAVOURED = 0.2
"""Excess share of the pseudo-labels over that of the labels from which a class is called favoured."""


@dataclass(frozen=True)
class SelfTrainingRound:
    """Predictions of the rows without a label by the model of one training, or epoch, `number` from 1.

    `score` is the model's validation score. `confident` predictions reach the threshold; `added` are the
    pseudo-labels of each class that were taken, `known` how many of them have a known label and `right` how
    many of these agree with it, `known_added` and `right_added` the same by class; `all_known` and
    `all_right` count all rows without a label. `lacking` are the classes without a confident prediction,
    where as many are taken of every class. `thresholds` has for each of several how many predictions reach
    it, how many of these have a known label and how many agree with it. Those with a default are empty of
    earlier versions.
    """

    number: int
    score: float
    confident: int
    added: tuple[int, ...]
    known: int
    right: int
    all_known: int
    all_right: int
    known_added: tuple[int, ...] = ()
    right_added: tuple[int, ...] = ()
    lacking: tuple[int, ...] = ()
    thresholds: tuple[tuple[float, int, int, int], ...] = ()

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
class LaterTraining:
    """A training after the one that is kept: its best validation score and the pseudo-labels it learned from.

    `known` are those whose label is known, `right` how many of these agree with it.
    """

    number: int
    score: float
    pseudo_labels: int
    known: int
    right: int

    def sentence(self) -> str:
        """Say what it learned from and what score it reached."""
        right = f", {percent(self.right / self.known)} of them right" if self.known else ""
        return (
            f"Training {self.number}, with {count_noun(self.pseudo_labels, 'pseudo-label')}{right}, reached "
            f"{self.score:.3f}."
        )


@dataclass(frozen=True)
class SelfTraining:
    """Rounds of a run that learned from rows without a label, beside as many `labelled` training rows.

    A round is a training, of consistency an epoch. `rounds` end with the training whose model is kept, the
    best on validation of `trainings`; it adds no pseudo-labels. `later` are the trainings after that one. Of
    a run that still trains, they are those so far, and `trainings` is 0, as of earlier versions.
    `labelled_classes` has the labelled training rows of each class, empty of earlier versions.
    """

    method: str
    threshold: float
    labelled: int
    unlabelled: int
    classes: tuple[str, ...]
    rounds: tuple[SelfTrainingRound, ...]
    labelled_classes: tuple[int, ...] = ()
    trainings: int = 0
    later: tuple[LaterTraining, ...] = ()

    @property
    def unit(self) -> str:
        """What a round is: a training, or an epoch."""
        return "epoch" if self.method == "consistency" else "training"

    @property
    def fills_figure(self) -> bool:
        """Whether a figure of the rounds shows more than the score of a single training."""
        return len(self.rounds) > 1 or any(one.total for one in self.rounds)

    def frame(self) -> pd.DataFrame:
        """Return one row per round: scores, what was confident, added of each class, and right."""
        return pd.DataFrame(
            [
                {self.unit: r.number, "validation score": r.score, "confident": r.confident, "added": r.total}
                | {f"{ADDED_OF_CLASS}{name}": n for name, n in zip(self.classes, r.added, strict=True)}
                | {"added and known": r.known, "right of these": r.precision}
                | {"all known": r.all_known, "right of all": r.accuracy}
                for r in self.rounds
            ]
        )

    def class_frame(self) -> pd.DataFrame:
        """Return one row per round that added pseudo-labels and class: added, their share, known and right.

        `share of labelled` is the class's share of the labelled training rows, for comparison.
        """
        labelled, rows = sum(self.labelled_classes), []
        for one in self.rounds:
            for k, name in enumerate(self.classes if one.total else ()):
                known = one.known_added[k] if one.known_added else 0
                rows.append(
                    {
                        self.unit: one.number,
                        "class": name,
                        "added": one.added[k],
                        "share of added": one.added[k] / one.total,
                        "share of labelled": self.labelled_classes[k] / labelled if labelled else math.nan,
                        "known": known,
                        "right of these": one.right_added[k] / known if known else math.nan,
                    }
                )
        return pd.DataFrame(rows)

    def threshold_frame(self) -> pd.DataFrame:
        """Return one row per threshold: predictions of the last model that reach it, known and right."""
        last = self.rounds[-1].thresholds if self.rounds else ()
        return pd.DataFrame(
            [(t, n, known, right / known if known else math.nan) for t, n, known, right in last],
            columns=["threshold", "predictions", "known", "right of these"],
        )

    def balance(self) -> str:
        """Name the class that pseudo-labels favour most, if its share exceeds that of the labels by far."""
        taken, labelled = [one.added for one in self.rounds if one.total], sum(self.labelled_classes)
        if not taken or not labelled:
            return ""
        shares = [n / sum(taken[-1]) for n in taken[-1]]
        own = [n / labelled for n in self.labelled_classes]
        k = max(range(len(shares)), key=lambda k: shares[k] - own[k])
        if shares[k] - own[k] < FAVOURED:
            return ""
        return (
            f"{quote(self.classes[k])} has {percent(shares[k])} of the pseudo-labels, but {percent(own[k])} "
            "of the labelled rows."
        )

    def gain(self) -> str:
        """Say how the validation score changed from the labelled rows alone to the last training.

        Empty for consistency, without validation rows, and after a single training.
        """
        scores = [one.score for one in self.rounds]
        if self.unit == "epoch" or len(scores) < 2 or not all(map(math.isfinite, (scores[0], scores[-1]))):
            return ""
        first, last = (f"{score:.3f}" for score in (scores[0], scores[-1]))
        if first == last:
            return f"The validation score stayed at {first}."
        if scores[-1] > scores[0]:
            return f"The validation score rose from {first}, with the labelled rows alone, to {last}."
        return f"The validation score fell from {first}, with the labelled rows alone, to {last}."

    def so_far(self) -> str:
        """Say what the last round of a run that still trains added."""
        if not self.rounds:
            return f"No {self.unit} has ended yet, so no text without a label has a prediction."
        last = self.rounds[-1]
        texts = count_noun(self.unlabelled, "text without a label", "texts without a label")
        threshold = percent(self.threshold)
        if self.unit == "training":
            sentence = (
                f"After training {last.number}, {last.confident:,} of {texts} had a prediction of at least "
                f"{threshold}, of which {last.total:,} became pseudo-labels."
            )
        else:
            sentence = (
                f"After {self.unit} {last.number}, {last.confident:,} of {texts} had a prediction of at "
                f"least {threshold}."
            )
        if last.precision is None:
            return sentence
        return f"{sentence} Where the label is known, {percent(last.precision)} of them are right."

    def summary(self) -> str:
        """Say how many rows got a pseudo-label last, and how often these were right."""
        taken = [r for r in self.rounds if r.total]
        texts = count_noun(self.unlabelled, "text without a label", "texts without a label")
        if not taken:
            return self._nothing(texts)
        last = taken[-1]
        beside = f"beside {count_noun(self.labelled, 'labelled row')}"
        if self.unit == "epoch":
            sentence = (
                f"After epoch {last.number}, {last.total:,} of {texts} had a prediction of "
                f"at least {percent(self.threshold)}, which their altered copies were to get, {beside}."
            )
        else:
            sentence = f"{last.total:,} of {texts} trained with a pseudo-label in the end, {beside}."
        if last.precision is not None:
            sentence += f" Of those whose label is known, {percent(last.precision)} were right."
        return " ".join(filter(None, [sentence, self.balance(), self.gain(), self._kept()]))

    def _kept(self) -> str:
        """Say which training is kept, and how those after it did; empty if it is the last."""
        kept = len(self.rounds)
        if kept >= self.trainings:
            return ""
        sentence = f"Training {kept} of {self.trainings} was best on validation and is kept."
        return " ".join([sentence, *(one.sentence() for one in self.later)])

    def _nothing(self, texts: str) -> str:
        """Say why no pseudo-label was taken."""
        threshold = percent(self.threshold)
        first = self.rounds[0] if self.rounds else None
        if first is None or not first.confident:
            return (
                f"None of {texts} had a prediction of at least {threshold}: what trained are the labelled "
                "rows alone. A lower threshold takes more."
            )
        if self.trainings > 1:
            sentence = (
                f"{first.confident:,} of {texts} had a prediction of at least {threshold}, but with these as "
                "labels the validation score did not improve: the first training, of the labelled rows "
                "alone, is kept."
            )
            if self.later and math.isfinite(first.score):
                sentence += f" Its validation score is {first.score:.3f}."
            return " ".join([sentence, *(one.sentence() for one in self.later)])
        if not first.lacking:
            return (
                f"{first.confident:,} of {texts} had a prediction of at least {threshold}, and the run was "
                "stopped before they could train: what trained are the labelled rows alone."
            )
        names = quote_list([self.classes[k] for k in first.lacking], MOST_NAMED)
        return (
            f"{first.confident:,} of {texts} had a prediction of at least {threshold}, but none of {names}, "
            "and as many were to be taken of every class: what trained are the labelled rows alone. A lower "
            "threshold takes more, and so does 'Balance classes' switched off."
        )
