"""Linear probing: cross-validated linear models on every layer.

A scorer fits the models of one problem type: `ClassScorer`, `LabelScorer` or `NumberScorer`. The folds are
the same for every layer, variant and control, and also choose the regularisation, once per layer and target.
Test rows have no part in it. That makes the cross-validated scores, which are those of the chosen strength,
hardly optimistic: nested cross-validation of three data sets (300 to 7,000 rows, 2 to 18 classes, layers 0, 3
and 6) gave 0.02 points less on average, 0.4 at most.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.probing.control_tasks import seen_control_type
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.layer_map import Layers, map_layers
from translearn_core.analysis.probing.linear_probe import BoolArray, IntArray, Progress
from translearn_core.results import Estimate, ProbeScores

COLUMNS = 500
"""Maximum weight columns per batch: more do not speed up the products but enlarge the L-BFGS memory.

For the same reason layers are not batched, but run in threads.
"""


@dataclass(frozen=True, eq=False)
class ProbeTask:
    """Targets, shape (targets, rows, ...), the rows and folds, and which rows count for each target.

    The first target is the probed one, the others are controls. `fold` has shape (training rows,), `in_train`
    (targets, training rows), `in_test` (targets, test rows). `seed` is that of folds and resampled intervals.
    """

    targets: NDArray[Any]
    train: IntArray
    test: IntArray
    fold: IntArray
    in_train: BoolArray
    in_test: BoolArray
    seed: int = 0

    @classmethod
    def of(
        cls,
        values: NDArray[Any],
        controls: NDArray[Any] | None,
        control_types: IntArray | None,
        train: IntArray,
        test: IntArray,
        fold: IntArray,
        seed: int,
    ) -> Self:
        """Return target and controls; controls count on rows whose word type the probe has seen.

        The label of an unseen type is unpredictable, so such rows would make every layer look selective.
        """
        targets = values[None] if controls is None else np.concatenate([values[None], controls])
        types = np.zeros(len(values), dtype=np.int64) if control_types is None else control_types
        seen = seen_control_type(types[train], fold), np.isin(types[test], types[train])
        in_train, in_test = (np.tile(rows, (len(targets), 1)) for rows in seen)
        in_train[0] = in_test[0] = True
        return cls(targets, train, test, fold, in_train, in_test, seed)

    @property
    def folds(self) -> int:
        """Number of folds."""
        return int(self.fold.max()) + 1

    def select(self, block: slice) -> Self:
        """Return the task of some targets."""
        return replace(
            self, targets=self.targets[block], in_train=self.in_train[block], in_test=self.in_test[block]
        )

    def fold_masks(self, target: int) -> list[BoolArray]:
        """Return for each fold which training rows are held out in it and count for a target."""
        return [self.in_train[target] & (self.fold == f) for f in range(self.folds)]


@dataclass(frozen=True)
class TargetScores:
    """Scores of a probe: inverse regularisation strength, test score, and held-out score of each fold."""

    c: float
    test: Estimate
    cross_validated: Sequence[float]


class LayerScorer(Protocol):
    """Probes of one problem type."""

    metric: str
    """Name of the score."""

    def targets_at_once(self, task: ProbeTask) -> int:
        """Return the number of targets to be fitted together."""

    def score(
        self, task: ProbeTask, x: NDArray[np.floating], pool: Executor, tick: Progress
    ) -> list[TargetScores]:
        """Probe one layer, shape (rows, width), for each target; `pool` and `tick` as in `LayerFunction`."""

    def constant_scores(self, task: ProbeTask) -> list[float]:
        """Return the test score of the constant prediction for each target."""


def probe_layers(
    features: Mapping[str, Layers],
    values: NDArray[Any],
    train: IntArray,
    test: IntArray,
    *,
    scorer: LayerScorer,
    tfidf: Estimate,
    strata: IntArray | None = None,
    controls: NDArray[Any] | None = None,
    control_types: IntArray | None = None,
    groups: IntArray | None = None,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[float, float], None] | None = None,
) -> ProbeScores:
    """Cross-validate a linear probe per frozen layer on training rows, and score it on test rows.

    Parameters
    ----------
    features : mapping of variant to array, shape (layers, rows, width)
        Pooled hidden states, float16 or float32; index 0 is the embedding layer (see `map_layers`).
    values : array, shape (rows, ...)
        Class indices from 0, masks of labels, or numbers.
    train, test : int arrays
        Row indices; without test rows the test scores are NaN.
    scorer : LayerScorer
        Probes of the problem type of `values`.
    tfidf : Estimate
        Test score of the TF-IDF baseline.
    strata : int array, shape (rows,), optional
        Strata of the folds; by default `values`, which are then classes.
    controls, control_types : arrays, shapes (controls, rows, ...) and (rows,), optional
        Control-task values of the same rows, which measure the capacity of the probe, and the word type of
        each row (see `word_types`). Controls count only on rows whose type is seen in training, NaN without.
    groups : int array, shape (rows,), optional
        Rows with equal numbers stay in one fold (see `stratified_folds`).
    folds, seed : int
        Of the cross-validation.
    progress : callable, optional
        See `map_layers`.

    Raises
    ------
    TooFewSamplesError
        If there are fewer training rows than folds, or fewer than two strata among them.
    TrainingError
        If features are not finite: the training diverged.

    References
    ----------
    Alain & Bengio (2016), arXiv:1610.01644; Hewitt & Liang (2019), arXiv:1909.03368, for the controls.
    """
    strata = values if strata is None else strata
    fold = stratified_folds(strata[train], folds, seed, None if groups is None else groups[train])
    task = ProbeTask.of(values, controls, control_types, train, test, fold, seed)
    scores = _score_targets(features, task, scorer, progress)
    return _probe_scores(tuple(features), task, scorer, scores, tfidf)


def _score_targets(
    features: Mapping[str, Layers],
    task: ProbeTask,
    scorer: LayerScorer,
    progress: Callable[[float, float], None] | None,
) -> NDArray[np.float64]:
    """Return C, test score, its interval and held-out scores, (scores, targets, variants, layers)."""
    n_targets, batch = len(task.targets), scorer.targets_at_once(task)
    blocks = [task.select(slice(start, start + batch)) for start in range(0, n_targets, batch)]
    functions = [partial(scorer.score, block) for block in blocks]
    n_layers = len(next(iter(features.values())))
    scores = np.empty((4 + task.folds, n_targets, len(features), n_layers))
    for (variant, layer), results in map_layers(features, functions, progress).items():
        scores[:, :, variant, layer] = np.transpose(
            [
                [target.c, target.test.value, target.test.low, target.test.high, *target.cross_validated]
                for block in results
                for target in block
            ]
        )
    return scores


def _probe_scores(
    variants: tuple[str, ...],
    task: ProbeTask,
    scorer: LayerScorer,
    scores: NDArray[np.float64],
    tfidf: Estimate,
) -> ProbeScores:
    """Return the result, given the scores of `_score_targets`."""
    c, score, low, high, *cross_validated = scores
    by_fold = np.stack(cross_validated, axis=-1)
    majority, *control_majority = scorer.constant_scores(task)
    return ProbeScores(
        variants, by_fold[0], score[0], low[0], high[0], c[0],
        majority=majority, tfidf=tfidf, n_train=len(task.train), n_test=len(task.test), folds=task.folds,
        seed=task.seed, control_cross_validated=by_fold[1:], control_test=score[1:], control_low=low[1:],
        control_high=high[1:], control_c=c[1:], control_majority=np.array(control_majority),
        metric=scorer.metric,
    )  # fmt: skip
