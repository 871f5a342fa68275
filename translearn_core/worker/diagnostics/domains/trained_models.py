"""Runs in a transfer matrix: trained on one source each, with one seed or several."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from translearn_core.analysis.intervals import seed_interval
from translearn_core.config import Split
from translearn_core.data import PreparedDataset
from translearn_core.errors import ConfigError
from translearn_core.jobs import MatrixRuns, TransferMatrixConfig
from translearn_core.results import Evaluation, Metrics
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.domains.source_models import SourceModel
from translearn_core.worker.diagnostics.domains.sources import Source, tested_domains
from translearn_core.worker.run_results import load_evaluation, prepared_row_keys, scores_in_order


def trained_models(
    context: Context[TransferMatrixConfig], prepared: PreparedDataset, every: Sequence[Source]
) -> dict[str, list[SourceModel]]:
    """Return the models of the job's `runs` by name, each with the sources that have runs.

    Raises
    ------
    ConfigError
        If a source is none of the matrix, or its runs were tested on other rows.
    """
    by_domains = {frozenset(source.domains): source for source in every}
    together = max(by_domains, key=len)
    order = prepared_row_keys(prepared, Split.TEST)
    models: dict[str, list[SourceModel]] = {}
    for done, runs in enumerate(context.config.runs):
        context.report("reading the runs", done, len(context.config.runs))
        source = by_domains.get(frozenset(runs.source) or together)
        if source is None:
            raise ConfigError("runs", ", ".join(runs.source), "runs of a source of the matrix")
        models.setdefault(runs.model, []).append(_of_runs(context, runs, source, prepared, order))
    return models


def _of_runs(
    context: Context[TransferMatrixConfig],
    runs: MatrixRuns,
    source: Source,
    prepared: PreparedDataset,
    order: pd.Index,
) -> SourceModel:
    evaluations = [load_evaluation(context, job) for job in runs.jobs]
    row_scores = [scores_in_order(evaluation.predictions, order) for evaluation in evaluations]
    by_domain = [_domain_metrics(evaluation, tested_domains(prepared)) for evaluation in evaluations]
    if any(scores is None for scores in row_scores) or not all(by_domain):
        raise ConfigError("runs", runs.model, "runs tested on the very rows that the matrix is")
    metric = evaluations[0].metrics[Split.TEST].metric.name
    scores = {
        domain: seed_interval([metrics[domain][metric] for metrics in by_domain]) for domain in by_domain[0]
    }
    return SourceModel(source, np.stack(row_scores), scores, metric)  # type: ignore[arg-type]


def _domain_metrics(evaluation: Evaluation, tested: Sequence[str]) -> Mapping[str, Metrics]:
    """Return the metrics of each domain with test rows; where all are of one, those of the test split."""
    return {tested[0]: evaluation.metrics[Split.TEST]} if len(tested) == 1 else evaluation.domains
