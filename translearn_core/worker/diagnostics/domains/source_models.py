"""Models of the sources of a transfer matrix: a frozen probe and TF-IDF, with their scores by domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.intervals import RowScores
from translearn_core.analysis.linear_models import LINEAR_MODELS, Probe
from translearn_core.config import Split
from translearn_core.data import PreparedDataset
from translearn_core.jobs import TransferMatrixConfig
from translearn_core.results import Estimate
from translearn_core.tasks.problem import Outputs
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.domains.sources import Source, test_rows, tested_domains

Vectors = NDArray[np.floating]
MatrixContext = Context[TransferMatrixConfig]

NO_LAYER = -1
"""Layer of models without layers."""


@dataclass(frozen=True, eq=False)
class SourceModel:
    """Scores of what was trained on one source.

    `row_scores` (seeds, rows) are of the test rows in the order of the split, `scores` the headline `metric`
    on the test rows of each domain.
    """

    source: Source
    row_scores: RowScores
    scores: Mapping[str, Estimate]
    metric: str
    layer: int = NO_LAYER


def fit_probes(
    context: MatrixContext, prepared: PreparedDataset, every: Sequence[Source], vectors: Mapping[int, Vectors]
) -> list[SourceModel]:
    """Fit a probe to every source, at the layer that is best on its validation rows.

    The layer of several domains is the one that is best on average over them, each probed alone.
    """
    single = {source.domains[0]: source for source in every if len(source.domains) == 1}
    several = [source for source in every if len(source.domains) > 1]
    total = len(vectors) * sum(len(source.train) for source in single.values())
    total += sum(len(source.train) for source in several)
    done, scores, probes = 0, {}, {}
    for domain, source in single.items():
        for layer, x in vectors.items():
            context.report("probing layers", done, total)
            done += len(source.train)
            probes[domain, layer] = _fit(prepared, source, x)
            scores[domain, layer] = _held_out_score(prepared, source, x, probes[domain, layer])
    fitted = []
    for source in every:
        context.report("probing layers", done, total)
        layer = max(vectors, key=lambda layer: sum(scores[name, layer] for name in source.domains))
        if len(source.domains) > 1:
            done += len(source.train)
            probe = _fit(prepared, source, vectors[layer])
        else:
            probe = probes[source.domains[0], layer]
        fitted.append(_probed(prepared, source, vectors[layer], probe, layer, context.config.seed))
    return fitted


def _fit(prepared: PreparedDataset, source: Source, x: Vectors) -> Probe:
    models = LINEAR_MODELS[prepared.target.problem]
    return models.fit_probe(x[source.train], prepared.target.select(source.train))


def _held_out_score(prepared: PreparedDataset, source: Source, x: Vectors, probe: Probe) -> float:
    outputs = probe.predict(x[source.validation])
    return float(prepared.problem.row_scores(prepared.target, source.validation, outputs).mean())


def _probed(
    prepared: PreparedDataset, source: Source, x: Vectors, probe: Probe, layer: int, seed: int
) -> SourceModel:
    held, tested = (
        probe.predict(x[rows]) for rows in (source.validation, prepared.split_indices(Split.TEST))
    )
    return _scored(prepared, source, held, tested, seed, layer)


def _scored(
    prepared: PreparedDataset,
    source: Source,
    held: Outputs,
    tested: Outputs,
    seed: int,
    layer: int = NO_LAYER,
) -> SourceModel:
    """Score the outputs of the test rows, with thresholds chosen on those of the source's validation rows."""
    problem, test = prepared.problem, prepared.split_indices(Split.TEST)
    target = problem.choose_thresholds(prepared.target, source.validation, held)
    scores, metric = {}, ""
    for domain in tested_domains(prepared):
        rows = test_rows(prepared, domain)
        metrics = problem.metrics(target, rows, tested[np.searchsorted(test, rows)], seed=seed)
        metric, scores[domain] = next(iter(metrics.items()))
    return SourceModel(source, problem.row_scores(target, test, tested)[None], scores, metric, layer)


def fit_tfidf(
    context: MatrixContext, prepared: PreparedDataset, every: Sequence[Source]
) -> list[SourceModel]:
    """Fit TF-IDF and a linear model to every source."""
    seed = context.config.seed
    target, models = prepared.target, LINEAR_MODELS[prepared.target.problem]
    test, fitted = prepared.split_indices(Split.TEST), []
    for done, source in enumerate(every):
        context.report("counting words", done, len(every))
        held_out = np.concatenate([source.validation, test])
        outputs = models.predict_tfidf(
            [prepared.texts[i] for i in source.train],
            target.select(source.train),
            [prepared.texts[i] for i in held_out],
            seed=seed,
        )
        held = len(source.validation)
        fitted.append(_scored(prepared, source, outputs[:held], outputs[held:], seed))
    return fitted
