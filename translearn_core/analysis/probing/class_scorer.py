"""Linear probes of classes, scored by accuracy (see `layer_probing`).

A class with one training row is absent from the fit scored on it: the row counts as wrong.
"""

from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.probing.layer_probing import COLUMNS, ProbeTask, TargetScores
from translearn_core.analysis.probing.linear_probe import BoolArray, LinearProbe, Progress
from translearn_core.results.metric import ACCURACY
from translearn_core.tasks.classes.metrics import majority_accuracy


class ClassScorer:
    """Logistic regression on class indices; C is chosen by log loss (see `LinearProbe`)."""

    metric = ACCURACY

    def targets_at_once(self, task: ProbeTask) -> int:
        """Return the number of targets that fill a batch of `COLUMNS` weight columns."""
        return max(1, COLUMNS // ((task.folds + 1) * (int(task.targets.max()) + 1)))

    def score(
        self, task: ProbeTask, x: NDArray[np.floating], pool: Executor, tick: Progress
    ) -> list[TargetScores]:
        """Fit all targets together, and return the accuracies of each."""
        y = task.targets[:, task.train]
        probe = LinearProbe.fit(x[task.train], y, task.fold, scored=task.in_train, pool=pool, progress=tick)
        scores = []
        for k, target in enumerate(task.targets):
            correct = (probe.predict(x[task.test], k) == target[task.test])[task.in_test[k]]
            held_out = probe.held_out_proba(k).argmax(axis=1) == y[k]
            by_fold = [_mean(held_out[rows]) for rows in task.fold_masks(k)]
            scores.append(TargetScores(float(probe.c[k]), row_score_interval(correct), by_fold))
        return scores

    def constant_scores(self, task: ProbeTask) -> list[float]:
        """Return the accuracy of the most frequent training class for each target."""
        return [
            majority_accuracy(y[task.train], y[task.test][in_test])
            for y, in_test in zip(task.targets, task.in_test, strict=True)
        ]


def _mean(correct: BoolArray) -> float:
    return float(correct.mean()) if len(correct) else float("nan")
