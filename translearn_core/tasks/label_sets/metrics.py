"""Metrics of several labels per row, with bootstrap intervals, and thresholds per label.

Labels that no row has and none is predicted do not count in macro-F1; labels that no row has do not count in
mAP, for which they have no average precision.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.results import Estimate
from translearn_core.results.interval_estimate import CELLS_AT_ONCE, NO_ESTIMATE, percentile_interval
from translearn_core.results.labels.label_counts import LabelCounts, f1
from translearn_core.results.metric import MACRO_F1

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]

THRESHOLD = 0.5
"""Probability from which a label is predicted, unless thresholds were chosen."""
FEWEST_POSITIVES = 5
"""Rows of a label from which it has a threshold of its own; rarer ones share one."""
DRAWS = 1000
"""Bootstrap draws."""
RANKED_DRAWS = 200
"""Bootstrap draws of mAP, each of which ranks all rows of every label."""
SUBSET_ACCURACY = "subset_accuracy"
METRICS = (MACRO_F1, "micro_f1", "map", SUBSET_ACCURACY, "hamming")


@dataclass(frozen=True)
class LabelScores:
    """True and predicted labels and their probabilities, shape (rows, labels) each."""

    true: Mask
    predicted: Mask
    probability: NDArray[np.floating]

    @property
    def values(self) -> dict[str, float]:
        """Value of each of `METRICS`; NaN without rows."""
        if not len(self.true):
            return dict.fromkeys(METRICS, float("nan"))
        counts = LabelCounts.of(self.true, self.predicted)
        wrong = self.true != self.predicted
        return {
            MACRO_F1: counts.macro_f1,
            "micro_f1": counts.micro_f1,
            "map": mean_average_precision(self.true, self.probability),
            SUBSET_ACCURACY: float((~wrong.any(axis=1)).mean()),
            "hamming": float(wrong.mean()),
        }

    def estimates(self, seed: int) -> dict[str, Estimate]:
        """Return each of `METRICS` with its 95 % interval: Wilson's for subset accuracy, else bootstrap."""
        values, rows = self.values, len(self.true)
        wrong = self.true != self.predicted
        right = int((~wrong.any(axis=1)).sum())
        draws = self._draws(np.random.default_rng(seed))
        return {
            name: Estimate.share(right, rows)
            if name == SUBSET_ACCURACY
            else percentile_interval(value, draws[name])
            for name, value in values.items()
        }

    def _draws(self, random: np.random.Generator) -> dict[str, FloatArray]:
        """Draw rows with replacement; return the metrics of each draw."""
        rows = len(self.true)
        if not rows:
            return {name: np.empty(0) for name in METRICS}
        wrong = (self.true != self.predicted).mean(axis=1)
        parts = [part.astype(np.float32) for part in (self.true & self.predicted, self.true, self.predicted)]
        ranking = _Ranking.of(self.true, self.probability)
        draws: dict[str, list[FloatArray]] = {name: [] for name in METRICS}
        for start in range(0, DRAWS, step := max(1, CELLS_AT_ONCE // rows)):
            times = random.multinomial(rows, np.full(rows, 1 / rows), size=min(step, DRAWS - start))
            weight = times.astype(np.float32)
            counts = LabelCounts(*(np.rint(weight @ part).astype(np.int64) for part in parts))
            draws[MACRO_F1].append(np.asarray(counts.macro_f1s))
            draws["micro_f1"].append(np.asarray(counts.micro_f1s))
            draws["hamming"].append(times @ wrong / rows)
            if start < RANKED_DRAWS:
                draws["map"].append(ranking.means(times[: RANKED_DRAWS - start]))
        joined = {name: np.concatenate(parts) if parts else np.empty(0) for name, parts in draws.items()}
        # Rows drawn twice make a ranking look better than it is: draws of mAP are centred on its value.
        joined["map"] += mean_average_precision(self.true, self.probability) - joined["map"].mean()
        return joined


@dataclass(frozen=True)
class _Ranking:
    """Rows of each label that some row has by falling probability, shape (labels, rows)."""

    order: IntArray
    true: NDArray[np.bool_]
    last: NDArray[np.bool_]
    """Whether a row is the last of those with its probability, which are retrieved together."""

    @classmethod
    def of(cls, true: Mask, probability: NDArray[np.floating]) -> "_Ranking":
        """Rank the rows of each label."""
        present = true.any(axis=0)
        score = probability[:, present].T
        order = np.argsort(-score, axis=1, kind="stable")
        ranked = np.take_along_axis(score, order, axis=1)
        last = np.ones(ranked.shape, dtype=np.bool_)
        last[:, :-1] = ranked[:, 1:] != ranked[:, :-1]
        return cls(order, np.take_along_axis(true[:, present].T, order, axis=1), last)

    def means(self, times: IntArray) -> FloatArray:
        """Return mAP of rows that count `times`, shape (draws, rows), for each draw."""
        total, counted = np.zeros(len(times)), np.zeros(len(times))
        for values in self.precisions(times):
            known = ~np.isnan(values)
            total += np.where(known, values, 0.0)
            counted += known
        return np.where(counted > 0, total / np.maximum(counted, 1), np.nan)

    def precisions(self, times: IntArray) -> Iterator[FloatArray]:
        """Yield for each label the average precision of each draw; NaN for draws without the label."""
        for order, true, last in zip(self.order, self.true, self.last, strict=True):
            weight = times[:, order]
            retrieved, right = weight.cumsum(axis=1), (weight * true).cumsum(axis=1)
            at = np.flatnonzero(last)
            retrieved, right = retrieved[:, at], right[:, at]
            gained = np.diff(right, axis=1, prepend=0)
            positives = right[:, -1]
            precision = right / np.maximum(retrieved, 1)
            values = (gained * precision).sum(axis=1) / np.maximum(positives, 1)
            yield np.where(positives > 0, values, np.nan)


def average_precisions(true: Mask, probability: NDArray[np.floating]) -> FloatArray:
    """Return the average precision of each label; NaN for a label that no row has."""
    once, present = np.ones((1, len(true)), dtype=np.int64), true.any(axis=0)
    values = np.full(true.shape[1], np.nan)
    if present.any():
        values[present] = np.concatenate(list(_Ranking.of(true, probability).precisions(once)))
    return values


def average_precision_intervals(
    true: Mask, probability: NDArray[np.floating], *, seed: int = 0
) -> tuple[Estimate, ...]:
    """Return the average precision of each label with its 95 % bootstrap interval over rows.

    NaN for a label that no row has. Draws are centred on the value, as those of mAP.
    """
    values, rows = average_precisions(true, probability), len(true)
    present = np.flatnonzero(true.any(axis=0))
    estimates = [NO_ESTIMATE] * true.shape[1]
    if not len(present):
        return tuple(estimates)
    random, ranking = np.random.default_rng(seed), _Ranking.of(true, probability)
    draws = []
    for start in range(0, RANKED_DRAWS, step := max(1, CELLS_AT_ONCE // rows)):
        size = min(step, RANKED_DRAWS - start)
        times = random.multinomial(rows, np.full(rows, 1 / rows), size=size)
        draws.append(np.stack(list(ranking.precisions(times))))
    for k, drawn in zip(present, np.concatenate(draws, axis=1), strict=True):
        centred = drawn + values[k] - np.nanmean(drawn)
        estimates[k] = percentile_interval(values[k], centred.clip(0, 1))
    return tuple(estimates)


def mean_average_precision(true: Mask, probability: NDArray[np.floating]) -> float:
    """Return the mean average precision of the labels that some row has; NaN without any."""
    return float(_Ranking.of(true, probability).means(np.ones((1, len(true)), dtype=np.int64))[0])


def macro_f1_interval(true: Mask, predicted: Mask, *, seed: int = 0) -> Estimate:
    """Return macro-F1 with its 95 % percentile bootstrap interval over rows; NaN without rows."""
    rows = len(true)
    if not rows:
        return NO_ESTIMATE
    random, scores = np.random.default_rng(seed), []
    parts = [part.astype(np.float32) for part in (true & predicted, true, predicted)]
    for start in range(0, DRAWS, step := max(1, CELLS_AT_ONCE // rows)):
        times = random.multinomial(rows, np.full(rows, 1 / rows), size=min(step, DRAWS - start))
        weight = times.astype(np.float32)
        scores.append(LabelCounts(*(np.rint(weight @ part).astype(np.int64) for part in parts)).macro_f1s)
    return percentile_interval(LabelCounts.of(true, predicted).macro_f1, np.concatenate(scores))


def choose_thresholds(true: Mask, probability: NDArray[np.floating]) -> FloatArray:
    """Return the threshold of each label, shape (labels,), with the highest F1 on these rows.

    Labels that fewer than `FEWEST_POSITIVES` rows have share the threshold with the highest micro-F1: one
    chosen on two or three rows is chance. Thresholds lie halfway between neighbouring probabilities.

    References
    ----------
    Lipton, Elkan & Narayanaswamy (2014), arXiv:1402.1892.
    """
    labels = true.shape[1]
    if not len(true) or not true.any():
        return np.full(labels, THRESHOLD)
    shared = _best_threshold(true.ravel(), probability.ravel())
    enough = true.sum(axis=0) >= FEWEST_POSITIVES
    return np.array(
        [_best_threshold(true[:, k], probability[:, k]) if enough[k] else shared for k in range(labels)]
    )


def _best_threshold(true: Mask, probability: NDArray[np.floating]) -> float:
    """Return the threshold with the highest F1 of one label."""
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order].astype(np.float64)
    right = true[order].cumsum()
    scores = f1(right, true.sum(), np.arange(1, len(order) + 1))
    after = np.append(ranked[1:], 0.0)
    scores[ranked == after] = -1.0  # equal probabilities are retrieved together
    best = int(scores.argmax())
    if scores[best] <= 0:
        return THRESHOLD
    return float((ranked[best] + after[best]) / 2)


def row_f1(true: Mask, predicted: Mask) -> FloatArray:
    """Return the F1 of each row's set of labels; 1 where there are none and none is predicted."""
    right, support, given = ((part.sum(axis=1)) for part in (true & predicted, true, predicted))
    return np.where(support + given > 0, f1(right, support, given), 1.0)


def predicted_mask(outputs: NDArray[np.floating], thresholds: FloatArray | None) -> Mask:
    """Return the labels whose probability reaches their threshold, shape (rows, labels)."""
    mask: Mask = outputs >= (THRESHOLD if thresholds is None else thresholds)
    return mask


def set_confidence(outputs: NDArray[np.floating], predicted: Mask) -> FloatArray:
    """Return the probability of each row's predicted set as if labels were independent."""
    of_each = np.where(predicted, outputs, 1 - outputs).astype(np.float64)
    confidence: FloatArray = of_each.prod(axis=1)
    return confidence
