"""Pseudo-labels: confident predictions of rows without a label, taken as their labels."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import Compute, ProgressCallback
from translearn_core.config import SelfTrainingConfig
from translearn_core.data.unlabelled import UNKNOWN
from translearn_core.results.training.self_training import SelfTrainingRound
from translearn_core.transfer import Classifier, Inputs, predict

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Thresholds at which predictions are counted, beside the chosen one."""


@dataclass(frozen=True)
class PseudoLabels:
    """Rows with a pseudo-label, as indices of the inputs, and the class of each."""

    rows: NDArray[np.int64]
    labels: NDArray[np.int64]

    def tensors(self) -> dict[str, Tensor]:
        """Return them for a checkpoint."""
        return {"rows": torch.from_numpy(self.rows), "labels": torch.from_numpy(self.labels)}

    @classmethod
    def of(cls, tensors: dict[str, Tensor]) -> "PseudoLabels":
        """Return those that `tensors` gave; none if it is empty."""
        if not tensors:
            return cls(np.empty(0, np.int64), np.empty(0, np.int64))
        return cls(tensors["rows"].numpy(), tensors["labels"].numpy())


def choose_pseudo_labels(
    probabilities: NDArray[np.floating], threshold: float, *, balanced: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows whose most likely class has at least the probability `threshold`, and that class.

    Parameters
    ----------
    probabilities : float array, shape (rows, classes)
    threshold : float
    balanced : bool
        As many rows of every class, its most confident ones: none if a class has none.

    Returns
    -------
    rows : int array, ascending
    labels : int array of the same shape
    """
    labels, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    rows = np.flatnonzero(confidence >= threshold)
    if balanced:
        fewest = int(np.bincount(labels[rows], minlength=probabilities.shape[1]).min())
        order = rows[np.argsort(-confidence[rows], kind="stable")]
        of_class = [order[labels[order] == k][:fewest] for k in range(probabilities.shape[1])]
        rows = np.sort(np.concatenate(of_class))
    return rows.astype(np.int64), labels[rows].astype(np.int64)


@dataclass(frozen=True)
class PseudoLabeller:
    """Predicts the rows without a label, and keeps account of what was taken and how often it was right.

    `rows` index the inputs; `key` is the true class of each, `UNKNOWN` where it is not known: it is compared
    with predictions and decides nothing. `classes` are those that labelled rows train.
    """

    config: SelfTrainingConfig
    rows: NDArray[np.int64]
    key: NDArray[np.int64]
    classes: NDArray[np.int64]

    def probabilities(
        self, model: Classifier, inputs: Inputs, compute: Compute, report: ProgressCallback
    ) -> NDArray[np.float32]:
        """Return the probability of every class for every row without a label."""

        def predicting(_: str, done: float, total: float) -> None:
            report("predicting rows without a label", done, total)

        return predict(model, inputs, self.rows, compute, predicting).predictions

    def choose(self, probabilities: NDArray[np.float32]) -> PseudoLabels:
        """Return the pseudo-labels of the next training."""
        own = probabilities[:, self.classes]
        rows, labels = choose_pseudo_labels(own, self.config.threshold, balanced=self._balanced)
        return PseudoLabels(self.rows[rows], self.classes[labels])

    @property
    def _balanced(self) -> bool:
        return self.config.balanced and not self.config.per_step

    def _lacking(self, probabilities: NDArray[np.float32]) -> tuple[int, ...]:
        """Return the classes without a confident prediction, if as many are taken of every class."""
        if not self._balanced:
            return ()
        own = probabilities[:, self.classes]
        _, labels = choose_pseudo_labels(own, self.config.threshold, balanced=False)
        return tuple(np.setdiff1d(self.classes, self.classes[labels]).tolist())

    def record(
        self, number: int, score: float, probabilities: NDArray[np.float32], chosen: PseudoLabels
    ) -> SelfTrainingRound:
        """Return the account of predictions by the model of a training or epoch, `number` from 1.

        `score` is its validation score.
        """
        predicted, known = probabilities.argmax(axis=1), self.key != UNKNOWN
        confidence = probabilities.max(axis=1)
        right = (predicted == self.key) & known
        taken, classes = np.isin(self.rows, chosen.rows), probabilities.shape[1]

        def of_class(mask: NDArray[np.bool_]) -> tuple[int, ...]:
            return tuple(np.bincount(predicted[mask], minlength=classes).tolist())

        return SelfTrainingRound(
            number=number,
            score=score,
            confident=int((confidence >= self.config.threshold).sum()),
            added=tuple(np.bincount(chosen.labels, minlength=classes).tolist()),
            known=int((known & taken).sum()),
            right=int((right & taken).sum()),
            all_known=int(known.sum()),
            all_right=int(right.sum()),
            known_added=of_class(known & taken),
            right_added=of_class(right & taken),
            thresholds=tuple(
                (
                    t,
                    int((confidence >= t).sum()),
                    int((known & (confidence >= t)).sum()),
                    int((right & (confidence >= t)).sum()),
                )
                for t in sorted({*THRESHOLDS, self.config.threshold})
            ),
            lacking=self._lacking(probabilities),
        )
