"""One-vs-rest probes of several labels, scored by macro-F1 (see `layer_probing`)."""

from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.probing.layer_probing import COLUMNS, ProbeTask, TargetScores
from translearn_core.analysis.probing.linear_probe import (
    BoolArray,
    FloatArray,
    IntArray,
    LinearProbe,
    Progress,
)
from translearn_core.analysis.probing.one_vs_rest import Mask, geometric_mean
from translearn_core.results.labels.label_counts import LabelCounts
from translearn_core.results.metric import MACRO_F1
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.label_sets.metrics import choose_thresholds, macro_f1_interval
from translearn_core.tasks.problem import constant_score


@dataclass(frozen=True, eq=False)
class LabelScorer:
    """Logistic regression of each label of `target`, with thresholds chosen on held-out training rows."""

    target: Target
    metric = MACRO_F1

    def targets_at_once(self, task: ProbeTask) -> int:  # noqa: ARG002
        """Return 1: the labels of a target fill the batches."""
        return 1

    def score(
        self, task: ProbeTask, x: NDArray[np.floating], pool: Executor, tick: Progress
    ) -> list[TargetScores]:
        """Fit each target, shape (rows, labels), and return its macro-F1."""
        scores = []
        for k, labels in enumerate(task.targets):

            def report(share: float, k: int = k) -> None:
                tick((k + share) / len(task.targets))

            in_train, in_test = task.in_train[k], task.in_test[k]
            c, held_out, tested = fit_labels(
                x, labels, task.train, task.test, task.fold, scored=in_train, pool=pool, tick=report
            )
            true = labels[task.train]
            thresholds = choose_thresholds(true[in_train], held_out[in_train])
            test = macro_f1_interval(
                labels[task.test][in_test], tested[in_test] >= thresholds, seed=task.seed
            )
            predicted = held_out >= thresholds
            by_fold = [LabelCounts.of(true[rows], predicted[rows]).macro_f1 for rows in task.fold_masks(k)]
            scores.append(TargetScores(c, test, by_fold))
        return scores

    def constant_scores(self, task: ProbeTask) -> list[float]:
        """Return the macro-F1 of the best constant prediction for each target, on all test rows."""
        targets = (replace(self.target, values=labels) for labels in task.targets)
        return [constant_score(PROBLEMS[target.problem], target, task.train, task.test) for target in targets]


def fit_labels(
    x: NDArray[np.floating],
    labels: Mask,
    train: IntArray,
    test: IntArray,
    fold: IntArray,
    *,
    pool: Executor,
    tick: Progress,
    scored: BoolArray | None = None,
) -> tuple[float, FloatArray, FloatArray]:
    """Fit each label; return the mean C, and probabilities of training rows, held out, and of test rows.

    Parameters
    ----------
    x : array, shape (rows, width)
    labels : bool array, shape (rows, labels)
    train, test : int arrays
        Row indices.
    fold : int array, shape (training rows,)
    pool, tick
        See `LayerFunction`.
    scored : bool array, shape (training rows,), optional
        Rows that count in the choice of C; all by default.
    """
    count, folds = labels.shape[1], int(fold.max()) + 1
    held_out, tested = np.zeros((len(train), count)), np.zeros((len(test), count))
    c, batch = np.empty(count), max(1, COLUMNS // (2 * (folds + 1)))
    for start in range(0, count, batch):
        block = list(range(start, min(start + batch, count)))
        y = labels[train][:, block].T.astype(np.int64)

        def report(share: float, start: int = start, n: int = len(block)) -> None:
            tick((start + share * n) / count)

        of_each = None if scored is None else np.broadcast_to(scored, y.shape)
        probe = LinearProbe.fit(x[train], y, fold, scored=of_each, pool=pool, progress=report)
        c[block] = probe.c
        for k, label in enumerate(block):
            if y[k].any():  # a label without training rows is never predicted
                held_out[:, label] = probe.held_out_proba(k)[:, 1]
                tested[:, label] = probe.predict_proba(x[test], k)[:, 1]
    return geometric_mean(c), held_out, tested
