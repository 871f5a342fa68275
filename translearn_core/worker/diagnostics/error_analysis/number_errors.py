"""Errors of a run that predicts a number: conformal intervals, slices, largest residuals."""

import numpy as np
import pandas as pd

from translearn_core.analysis.error_analysis.conformal import coverage_by_level
from translearn_core.config import Split
from translearn_core.errors import TooFewSamplesError
from translearn_core.jobs import NumberErrorsConfig
from translearn_core.results import NumberErrors
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.error_analysis.slices import slices
from translearn_core.worker.diagnostics.sentences import number_errors_text
from translearn_core.worker.run_results import load_evaluation, training_config

MOST = 100
"""Largest residuals listed."""


def analyse_number_errors(context: Context[NumberErrorsConfig]) -> None:
    """Measure intervals, slices and largest residuals of a run on its test rows."""
    config = context.config
    experiment = training_config(context, config.job)
    rows = load_evaluation(context, config.job).predictions
    rows = rows.assign(residual=rows["label"] - rows["predicted"])
    validation, test = (rows[rows["split"] == split] for split in (Split.VALIDATION, Split.TEST))
    if not len(test):
        raise TooFewSamplesError("This run has no test rows, so nothing can be said about its predictions.")
    coverage = coverage_by_level(*(part["residual"].to_numpy(np.float64) for part in (validation, test)))
    slice_table = _errors(slices(context, experiment, test, test["score"].to_numpy(), config.columns))
    largest = _largest(pd.concat([validation, test]))
    error = float(-test["score"].mean())
    sentences = (
        number_errors_text.interval_text(coverage, len(validation), len(test)),
        number_errors_text.weakest_slice_text(slice_table),
        number_errors_text.largest_text(largest, float(test["residual"].std())),
        *number_errors_text.caveats(len(validation), len(test)),
    )
    artifacts.save(
        context.folder,
        NumberErrors(len(test), len(validation), error, sentences, coverage, slice_table, largest),
    )


def _errors(table: pd.DataFrame) -> pd.DataFrame:
    """Return slices of negated errors as slices of errors, the weakest first."""
    named = table.rename(columns={"accuracy": "error"})
    for value, low, high in (("error", "low", "high"), ("difference", "difference low", "difference high")):
        ends = -named[[value, low, high]].to_numpy(np.float64)
        named[[value, high, low]] = ends
    return named


def _largest(rows: pd.DataFrame) -> pd.DataFrame:
    order = rows["residual"].abs().sort_values(ascending=False, kind="stable").index[:MOST]
    columns = ["row", "split", "text", "label", "predicted", "residual"]
    return rows.loc[order, columns].reset_index(drop=True)
