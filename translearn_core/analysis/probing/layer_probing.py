"""Linear probing: cross-validated linear classifiers on every layer.

The folds are the same for every layer, variant and control, and also choose C, once per layer and labelling
(see `LinearProbe`). Test rows have no part in it. That makes the cross-validated scores, which are those of
the chosen C, hardly optimistic: nested cross-validation of three data sets (300 to 7,000 rows, 2 to 18
classes, layers 0, 3 and 6) gave 0.02 points less on average, 0.4 at most. A class with one training row is
absent from the fit scored on it: the row counts as wrong.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.probing.control_tasks import seen_control_type
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_map import Layers, map_layers
from translearn_core.analysis.probing.linear_probe import BoolArray, FloatArray, LinearProbe, Progress
from translearn_core.results import Estimate, ProbeScores
from translearn_core.tasks.classes.metrics import IntArray, majority_accuracy

COLUMNS = 500
"""Maximum weight columns per batch: more do not speed up the products but enlarge the L-BFGS memory.

For the same reason layers are not batched, but run in threads.
"""


def probe_layers(
    features: Mapping[str, Layers],
    labels: IntArray,
    train: IntArray,
    test: IntArray,
    *,
    tfidf: Estimate,
    controls: IntArray | None = None,
    control_types: IntArray | None = None,
    groups: IntArray | None = None,
    clusters: IntArray | None = None,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> ProbeScores:
    """Cross-validate a linear probe per frozen layer on training rows, and score it on test rows.

    Parameters
    ----------
    features : mapping of variant to array, shape (layers, rows, width)
        Pooled hidden states, float16 or float32; index 0 is the embedding layer (see `map_layers`).
    labels : int array, shape (rows,)
        Class indices from 0.
    train, test : int arrays
        Row indices; without test rows the test scores are NaN.
    tfidf : Estimate
        Test accuracy of the TF-IDF baseline (see `tfidf_logistic_regression`).
    controls, control_types : int arrays, shapes (controls, rows) and (rows,), optional
        Control-task labels of the same rows, which measure the capacity of the probe, and the word type of
        each row (see `word_types`). Controls count only on rows whose type is seen in training, NaN without.
    groups : int array, shape (rows,), optional
        Rows with equal numbers stay in one fold (see `stratified_folds`).
    clusters : int array, shape (rows,), optional
        Rows that resemble each other, such as the words of a sentence (see `row_score_interval`).
    folds, seed : int
        Of the cross-validation.
    progress : callable, optional
        See `map_layers`.

    Raises
    ------
    TooFewSamplesError
        If there are fewer training rows than folds, or fewer than two classes among them.
    TrainingError
        If features are not finite: the training diverged.

    References
    ----------
    Alain & Bengio (2016), arXiv:1610.01644; Hewitt & Liang (2019), arXiv:1909.03368, for the controls.
    """
    fold = stratified_folds(labels[train], folds, seed, None if groups is None else groups[train])
    task = _Task.of(labels, controls, control_types, train, test, fold, clusters)
    scores = _score_targets(features, task, progress)
    c, on_test, low, high = np.moveaxis(scores[..., :N_SINGLE], -1, 0)
    cross_validated = scores[..., N_SINGLE:]
    majority, *control_majority = task.majorities()
    return ProbeScores(
        tuple(features), cross_validated[0], on_test[0], low[0], high[0], c[0],
        majority=majority, tfidf=tfidf, n_train=len(train), n_test=len(test), folds=folds, seed=seed,
        control_cross_validated=cross_validated[1:], control_test=on_test[1:], control_low=low[1:],
        control_high=high[1:], control_c=c[1:], control_majority=np.array(control_majority),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Task:
    """Labellings, shape (targets, rows), the rows and folds, and which rows count for each labelling.

    `in_train` has shape (targets, training rows), `in_test` (targets, test rows).
    """

    targets: IntArray
    train: IntArray
    test: IntArray
    fold: IntArray
    in_train: BoolArray
    in_test: BoolArray
    clusters: IntArray | None

    @classmethod
    def of(
        cls,
        labels: IntArray,
        controls: IntArray | None,
        control_types: IntArray | None,
        train: IntArray,
        test: IntArray,
        fold: IntArray,
        clusters: IntArray | None,
    ) -> "_Task":
        """Return the labels and controls; controls count on rows whose word type the probe has seen.

        The label of an unseen type is unpredictable, so such rows would make every layer look selective.
        """
        targets = labels[None] if controls is None else np.concatenate([labels[None], controls])
        types = np.zeros_like(labels) if control_types is None else control_types
        seen = seen_control_type(types[train], fold), np.isin(types[test], types[train])
        in_train, in_test = (np.tile(rows, (len(targets), 1)) for rows in seen)
        in_train[0] = in_test[0] = True
        return cls(targets, train, test, fold, in_train, in_test, clusters)

    def majorities(self) -> list[float]:
        """Return the accuracy of the most frequent training class for each labelling."""
        return [
            majority_accuracy(y[self.train], y[self.test][counted])
            for y, counted in zip(self.targets, self.in_test, strict=True)
        ]


N_SINGLE = 4
"""Scores of a probe before those of its folds: C, test accuracy, low and high end of its interval."""


def _score_targets(
    features: Mapping[str, Layers], task: _Task, progress: Callable[[float, float], None] | None
) -> FloatArray:
    """Return the scores of every labelling, variant and layer, shape (targets, variants, layers, scores)."""
    folds, n_targets = int(task.fold.max()) + 1, len(task.targets)
    batch = max(1, COLUMNS // ((folds + 1) * (int(task.targets.max()) + 1)))
    blocks = [slice(start, start + batch) for start in range(0, n_targets, batch)]
    functions = [partial(_score_probe, task, block) for block in blocks]
    shape = n_targets, len(features), len(next(iter(features.values()))), N_SINGLE + folds
    scores = np.empty(shape)
    for (v, layer), results in map_layers(features, functions, progress).items():
        scores[:, v, layer] = np.concatenate(results)
    return scores


def _score_probe(
    task: _Task, block: slice, x: NDArray[np.floating], pool: Executor, tick: Progress
) -> FloatArray:
    """Probe one layer for a block of labellings, shape (labellings, scores)."""
    y, in_train = task.targets[block][:, task.train], task.in_train[block]
    probe = LinearProbe.fit(x[task.train], y, task.fold, scored=in_train, pool=pool, progress=tick)
    scores = []
    for k, target in enumerate(task.targets[block]):
        tested = task.test[task.in_test[block][k]]
        correct = (probe.predict(x[task.test], k) == target[task.test])[task.in_test[block][k]]
        held_out = probe.held_out_proba(k).argmax(axis=1) == y[k]
        by_fold = [_mean(held_out[in_train[k] & (task.fold == f)]) for f in range(int(task.fold.max()) + 1)]
        score = row_score_interval(correct, None if task.clusters is None else task.clusters[tested])
        scores.append([probe.c[k], score.value, score.low, score.high, *by_fold])
    return np.array(scores)


def _mean(correct: BoolArray) -> float:
    return float(correct.mean()) if len(correct) else float("nan")
