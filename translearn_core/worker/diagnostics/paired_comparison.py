"""Paired comparison of two runs on the test rows that both were tested on."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.intervals import row_score_interval
from translearn_core.config import ProblemType, Split
from translearn_core.config.text_cells import POSITION, SENTENCE, TEXT, TEXT_PAIR
from translearn_core.errors import ConfigError, TooFewSamplesError
from translearn_core.jobs import PairedComparisonConfig
from translearn_core.jobs.spec import NUMBERS
from translearn_core.results import Evaluation, PairedComparison
from translearn_core.results.diagnostics.paired_comparison import NEGATED
from translearn_core.results.format import quote
from translearn_core.results.labels.label_sets import parse_label_sets
from translearn_core.results.metric import metric_of
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.label_sets.metrics import row_f1
from translearn_core.tasks.predictions import sentence_clusters
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import load_evaluation, training_config

NAMES = ("first", "second")
KEY = ["row", TEXT, TEXT_PAIR]
"""What identifies a row in all versions of a data set; the second text where both runs read pairs."""


def compare_pair(context: Context[PairedComparisonConfig]) -> None:
    """Compare two runs row by row, against the labels of the newer version of their data."""
    config = context.config
    first, second = (load_evaluation(context, job) for job in (config.job, config.other))
    context.report("comparing")
    common, unpaired = _common_rows(first, second)
    if common.empty:
        raise TooFewSamplesError("The two runs were tested on no common row: train both on one split.")
    relabelled = common["label first"] != common["label second"]
    _check_target(context, differ=bool(relabelled.any()))
    scores = common[["score first", "score second"]].to_numpy(dtype=np.float64).T
    if relabelled.any():
        versions = [_version(context, job) for job in (config.job, config.other)]
        newer = NAMES[int(versions[1] > versions[0])]
        labels = common[f"label {newer}"].to_numpy()
        predicted = np.stack([common[f"predicted {name}"].to_numpy() for name in NAMES])
        scores = _scores(first, second, labels, predicted)
    outcomes, metric = _outcomes(scores), metric_of(PROBLEMS[first.problem].row_metric)
    rows, clusters = np.arange(len(common), dtype=np.uint64), sentence_clusters(common)
    arms = [ArmRuns(name, rows, of_run[None], clusters) for name, of_run in zip(NAMES, scores, strict=True)]
    (difference,) = differences(arms[1:], arms[0], seed=config.seed)
    assert difference is not None
    artifacts.save(
        context.folder,
        PairedComparison(
            metric=metric.name if metric.higher_is_better else NEGATED[0],
            rows=len(common),
            unpaired=unpaired,
            relabelled=int(relabelled.sum()),
            first=row_score_interval(scores[0], clusters),
            second=row_score_interval(scores[1], clusters),
            difference=difference,
            outcomes=outcomes,
        ),
    )


def _check_target(context: Context[PairedComparisonConfig], *, differ: bool) -> None:
    """Raise `ConfigError` for runs of two problem types, or of two columns whose values `differ`."""
    one, other = (training_config(context, job).data for job in (context.config.job, context.config.other))
    if one.problem is not other.problem or (differ and one.label != other.label):
        raise ConfigError(
            "other", context.config.other, f"a run that predicts {quote(one.label)}, as the first"
        )


def _scores(
    first: Evaluation, second: Evaluation, labels: NDArray[Any], predicted: NDArray[Any]
) -> NDArray[np.float64]:
    """Score the predictions of two runs, shape (2, rows), against labels of the newer version."""
    if first.problem in NUMBERS:
        return np.asarray(-np.abs(predicted - labels), dtype=np.float64)
    if first.problem is ProblemType.MULTI_LABEL:
        names = tuple(dict.fromkeys([*first.names, *second.names]))
        true, *given = (parse_label_sets(names, sets) for sets in (labels, *predicted))
        return np.stack([row_f1(true, mask) for mask in given])
    return np.asarray(predicted == labels, dtype=np.float64)


def _common_rows(first: Evaluation, second: Evaluation) -> tuple[pd.DataFrame, int]:
    """Return the rows that both were tested on, in the order of the first, and how many only one was."""
    tables = []
    key = [name for name in KEY if name in first.predictions and name in second.predictions]
    for evaluation in (first, second):
        rows = evaluation.predictions
        tested = rows[rows["split"] == Split.TEST].drop_duplicates(key)
        tables.append(tested[[*key, "label", "predicted", "score"]])
    places = [name for name in (SENTENCE, POSITION) if name in first.predictions]
    tables[0][places] = first.predictions.loc[tables[0].index, places]
    common = tables[0].merge(tables[1], on=key, suffixes=(" first", " second"))
    return common, sum(map(len, tables)) - 2 * len(common)


def _version(context: Context[PairedComparisonConfig], job: str) -> int:
    """Return the version of the data that a run learned from."""
    return context.store.version_number(training_config(context, job).data.dataset)


def _outcomes(scores: np.ndarray) -> tuple[int, ...]:
    """Count rows by correct in both, only the first, only the second, neither; empty for other scores."""
    if not np.isin(scores, (0.0, 1.0)).all():
        return ()
    one, two = scores.astype(bool)
    return tuple(int(mask.sum()) for mask in (one & two, one & ~two, ~one & two, ~one & ~two))
