"""Errors of a run that predicts several labels: calibration per label, slices, label issues."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from translearn_core.analysis.error_analysis.calibration import expected_calibration_error, reliability
from translearn_core.analysis.error_analysis.label_issues import find_label_issues
from translearn_core.analysis.intervals import row_score_interval
from translearn_core.analysis.probing.cross_validation import stratified_folds
from translearn_core.analysis.probing.label_scorer import fit_labels
from translearn_core.analysis.probing.logistic_regression import thread_pools
from translearn_core.config import ExperimentConfig, Split
from translearn_core.config.text_cells import text_cells
from translearn_core.errors import TooFewSamplesError
from translearn_core.jobs import LabelErrorsConfig
from translearn_core.results import Evaluation, LabelErrors
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.label_sets.metrics import FEWEST_POSITIVES, THRESHOLD
from translearn_core.tasks.predictions import predictions_target
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.error_analysis.label_issues import FOLDS, MAX_LISTED
from translearn_core.worker.diagnostics.error_analysis.slices import slices
from translearn_core.worker.diagnostics.sentences import label_errors_text
from translearn_core.worker.features import analysis_sample, backbone_features, pretrained_twin, text_groups
from translearn_core.worker.prediction.predictions import held_out_logits
from translearn_core.worker.run_results import load_evaluation, training_config

Mask = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

COLUMNS = ("suspect", "kind", "probability")
"""Columns of doubtful labels beside those of their rows."""


def analyse_label_errors(context: Context[LabelErrorsConfig]) -> None:
    """Measure calibration, slices and label issues of a run on its test rows."""
    config = context.config
    experiment = training_config(context, config.job)
    evaluation = load_evaluation(context, config.job)
    rows = evaluation.predictions
    test = rows[rows["split"] == Split.TEST]
    if not len(test):
        raise TooFewSamplesError("This run has no test rows, so nothing can be said about its predictions.")
    context.report("holding probabilities against labels")
    probability = expit(held_out_logits(context, config.job, evaluation).test.astype(np.float64))
    true = predictions_target(evaluation, test).values
    calibration = _calibration(evaluation, true, probability, config)
    exact = test["score"].to_numpy() == 1
    slice_table = slices(context, experiment, test, exact, config.columns)
    n_checked, n_suspects, suspects = _label_issues(context, experiment, evaluation, config.seed)
    sentences = (
        label_errors_text.calibration_text(calibration, float(probability.mean()), float(true.mean())),
        label_errors_text.weakest_slice_text(slice_table),
        label_errors_text.label_issue_text(suspects, n_checked, n_suspects),
        *label_errors_text.caveats(len(test)),
    )
    artifacts.save(
        context.folder,
        LabelErrors(
            n_test=len(test),
            n_checked=n_checked,
            n_suspects=n_suspects,
            score=row_score_interval(exact),
            sentences=sentences,
            calibration=calibration,
            bins=reliability(probability.ravel(), true.ravel(), config.bins),
            slices=slice_table,
            suspects=suspects,
        ),
    )


def _calibration(
    evaluation: Evaluation, true: Mask, probability: FloatArray, config: LabelErrorsConfig
) -> pd.DataFrame:
    """Return a row per label, the largest calibration error first."""
    errors = [
        expected_calibration_error(probability[:, k], true[:, k], config.bins, seed=config.seed)
        for k in range(true.shape[1])
    ]
    frame = pd.DataFrame(
        {
            "label": list(evaluation.names),
            "rows": true.sum(axis=0),
            "mean probability": probability.mean(axis=0),
            "share of rows": true.mean(axis=0),
            "calibration error": [error.value for error in errors],
            "error low": [error.low for error in errors],
            "error high": [error.high for error in errors],
        }
    )
    return frame.sort_values("calibration error", ascending=False, kind="stable", ignore_index=True)


def _label_issues(
    context: Context, experiment: ExperimentConfig, evaluation: Evaluation, seed: int
) -> tuple[int, int, pd.DataFrame]:
    """Compare every label with out-of-fold predictions of a probe on the pretrained backbone.

    Returns the number of rows looked at, the number of doubtful labels, and the most doubtful ones. Labels
    that fewer than `FEWEST_POSITIVES` rows have or lack are left out.
    """
    index = analysis_sample(evaluation)
    rows = evaluation.predictions.iloc[index]
    texts, target = text_cells(rows), predictions_target(evaluation, rows)
    experiment = experiment.with_default_encoding(frozen=True)
    context.report("reading the texts with the backbone as it was")
    features = backbone_features(context, experiment, pretrained_twin(experiment.backbone), texts)[-1]
    strata = PROBLEMS[target.problem].strata(target)
    fold = stratified_folds(strata, FOLDS, seed, text_groups(texts))
    every, none = np.arange(len(rows)), np.arange(0)
    with thread_pools(1) as (pool,):
        _, probability, _ = fit_labels(
            features, target.values, every, none, fold, pool=pool,
            tick=lambda share: context.report("looking for doubtful labels", share, 1),
        )  # fmt: skip
    total, frames = 0, []
    for k, name in enumerate(evaluation.names):
        label, p = target.values[:, k], probability[:, k]
        if min(label.sum(), (~label).sum()) < FEWEST_POSITIVES:
            continue
        both = np.stack([1 - p, p], axis=1)
        issues = find_label_issues(both, label.astype(np.int64), len(rows), seed=seed, draws=0)
        given = issues.given == 1
        doubtful = given != (p[issues.rows] >= THRESHOLD)
        total += int(doubtful.sum())
        suspects = pd.DataFrame(
            {
                "index": issues.rows,
                "suspect": name,
                "kind": np.where(given, "wrong", "missing"),
                "probability": p[issues.rows],
                "margin": issues.margin,
            }
        )
        frames.append(suspects[doubtful])
    listed = pd.concat(frames) if frames else pd.DataFrame({"index": [], "suspect": [], "margin": []})
    listed = listed.sort_values("margin", kind="stable").head(MAX_LISTED)
    known = ["row", "split", *evaluation.text_columns, "label"]
    texts_of = rows.iloc[listed["index"].astype(np.int64)][known]
    table = texts_of.reset_index(drop=True).join(listed.reset_index(drop=True))
    return len(index), total, table.reindex(columns=[*known, *COLUMNS])
