"""Ridge probes of numbers, scored by the Pearson correlation (see `layer_probing`)."""

from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.probing.layer_probing import ProbeTask, TargetScores
from translearn_core.analysis.probing.linear_probe import Progress
from translearn_core.analysis.probing.ridge import Ridge
from translearn_core.tasks.numbers.metrics import pearson, pearson_interval
from translearn_core.tasks.numbers.regression import PEARSON


class NumberScorer:
    """Ridge regression, whose penalty is chosen by squared error (see `Ridge`)."""

    metric = PEARSON

    def targets_at_once(self, task: ProbeTask) -> int:  # noqa: ARG002
        """Return 1: targets share no work."""
        return 1

    def score(
        self,
        task: ProbeTask,
        x: NDArray[np.floating],
        pool: Executor,  # noqa: ARG002
        tick: Progress,
    ) -> list[TargetScores]:
        """Fit each target, and return its correlations."""
        scores = []
        for k, y in enumerate(task.targets):
            tick(k / len(task.targets))
            ridge = Ridge.fit(x[task.train], y[task.train], task.fold)
            test = task.test[task.in_test[k]]
            by_fold = [pearson(y[task.train][rows], ridge.held_out[rows]) for rows in task.fold_masks(k)]
            estimate = pearson_interval(y[test], ridge.predict(x[test]))
            scores.append(TargetScores(1 / ridge.penalty, estimate, by_fold))
        return scores

    def constant_scores(self, task: ProbeTask) -> list[float]:
        """Return 0: a constant does not correlate."""
        return [0.0] * len(task.targets)
