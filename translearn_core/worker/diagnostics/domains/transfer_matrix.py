"""Transfer matrix: models trained on each domain, scored on the test rows of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.domains import mean_discrepancy, proxy_a_distance, shared_vocabulary
from translearn_core.analysis.probing.transferability import rank_agreement
from translearn_core.backbones import Backbone, load
from translearn_core.config import Split, job_id
from translearn_core.data import PreparedDataset
from translearn_core.jobs import TransferMatrixConfig
from translearn_core.results.diagnostics.transfer_matrix import (
    DISTANCES,
    FROZEN_PROBE,
    TFIDF_MODEL,
    DistanceAgreement,
    TransferMatrix,
)
from translearn_core.results.interval_estimate import NO_ESTIMATE
from translearn_core.results.metric import metric_of
from translearn_core.runs import artifacts
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.domains.domain_texts import domain_texts
from translearn_core.worker.diagnostics.domains.source_models import SourceModel, fit_probes, fit_tfidf
from translearn_core.worker.diagnostics.domains.sources import (
    Source,
    domains_of,
    learnable_domains,
    sources,
    test_rows,
    tested_domains,
)
from translearn_core.worker.diagnostics.domains.trained_models import trained_models
from translearn_core.worker.diagnostics.layer_scores import supported_features
from translearn_core.worker.diagnostics.sentences.transfer_matrix_text import matrix_sentences, shared_texts
from translearn_core.worker.features import feature_array, layer_lookups

Vectors = NDArray[np.floating]

FEWEST_ROWS = 4
"""Training rows from which the distance of a domain is measured."""


def measure_transfer(context: Context[TransferMatrixConfig]) -> None:
    """Score models of every source, fitted ones and runs, on every domain's test rows."""
    config = context.config
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    every = sources(prepared)
    matrix = _stored(context, config)
    if matrix is None:
        matrix = _fitted(context, prepared, every)
    if config.runs:
        trained = list(_cells(prepared, trained_models(context, prepared, every), config.seed))
        matrix = replace(matrix, cells=pd.concat([matrix.cells, pd.DataFrame(trained)], ignore_index=True))
    metrics = metric_of(matrix.metric), metric_of(matrix.loss_metric)
    sentences = matrix_sentences(matrix.cells, matrix.agreements, *metrics)
    if config.data.split.group is None:
        sentences += shared_texts(matrix.cells)
    artifacts.save(context.folder, replace(matrix, sentences=sentences))


def _stored(context: Context[TransferMatrixConfig], config: TransferMatrixConfig) -> TransferMatrix | None:
    """Return the matrix of the same job without runs, if it was done."""
    job = job_id(config.model_copy(update={"runs": ()}))
    return artifacts.load(context.store.workspace.run(job), TransferMatrix) if config.runs else None


def _fitted(
    context: Context[TransferMatrixConfig], prepared: PreparedDataset, every: Sequence[Source]
) -> TransferMatrix:
    """Return the matrix of a frozen probe and TF-IDF, without sentences."""
    config = context.config
    context.report("loading the backbone")
    backbone = load(config.backbone)
    vectors = _layers(context, config, backbone, prepared)
    models = {
        FROZEN_PROBE: fit_probes(context, prepared, every, vectors),
        TFIDF_MODEL: fit_tfidf(context, prepared, every),
    }
    context.report("scoring the test rows")
    cells = pd.DataFrame(list(_cells(prepared, models, config.seed)))
    top = vectors[max(vectors)]
    distances = pd.DataFrame(
        list(_distances(context, prepared, top, config.seed)), columns=["source", "target", *DISTANCES]
    )
    texts = domain_texts(prepared, backbone, config.features.token_limit, top, config.seed)
    return TransferMatrix(
        domains=tested_domains(prepared),
        sources=learnable_domains(prepared),
        sentences=(),
        agreements=tuple(_agreements(cells, distances, config.seed)),
        cells=cells,
        distances=distances,
        texts=texts,
        metric=models[FROZEN_PROBE][0].metric,
        loss_metric=prepared.problem.row_metric,
        backbone=config.backbone.label,
    )


def _layers(
    context: Context, config: TransferMatrixConfig, backbone: Backbone, prepared: PreparedDataset
) -> dict[int, Vectors]:
    """Return the vectors of all rows by layer, the accessible ones."""
    compute = Compute.choose(config.device, config.precision)
    features = supported_features(config.features, backbone.info)
    if config.data.text_pair is not None:
        features = features.with_default_encoding(frozen=True)
    encoder = make_encoder(context, backbone, prepared.texts, features, compute)
    lookups = layer_lookups(encoder, backbone.info, features.pooling)
    return {layer: feature_array(lookup) for layer, lookup in lookups.items()}


def _cells(
    prepared: PreparedDataset, models: Mapping[str, Sequence[SourceModel]], seed: int
) -> Iterator[dict[str, object]]:
    """Yield the scores of every model and source on every domain, and what it loses there."""
    test = prepared.split_indices(Split.TEST)
    for name, of_model in models.items():
        for domain in tested_domains(prepared):
            rows = test_rows(prepared, domain)
            arms = [_arm(prepared, one, rows, np.searchsorted(test, rows)) for one in of_model]
            home = next(
                (arm for arm, one in zip(arms, of_model, strict=True) if one.source.domains == (domain,)),
                None,
            )
            losses = [None] * len(arms) if home is None else differences(arms, home, seed=seed)
            for one, loss in zip(of_model, losses, strict=True):
                at_home = one.source.domains == (domain,)
                yield {
                    "model": name,
                    "source": one.source.name,
                    "target": domain,
                    "rows": len(one.source.train),
                    "layer": one.layer,
                    "seeds": len(one.row_scores),
                    **one.scores[domain].columns("score", ""),
                    **(NO_ESTIMATE if at_home or loss is None else -loss).columns("loss"),
                }


def _arm(
    prepared: PreparedDataset, one: SourceModel, rows: NDArray[np.int64], place: NDArray[np.int64]
) -> ArmRuns:
    clusters = prepared.target.clusters(rows)
    return ArmRuns(one.source.name, rows.astype(np.uint64), one.row_scores[:, place], clusters)


def _distances(
    context: Context, prepared: PreparedDataset, vectors: Vectors, seed: int
) -> Iterator[dict[str, object]]:
    """Yield the distances of every ordered pair of domains with training rows, on these."""
    train = prepared.split_indices(Split.TRAIN)
    rows = {
        domain: train[prepared.domain[train] == domain]  # type: ignore[index]
        for domain in domains_of(prepared)
    }
    domains = [domain for domain, of_domain in rows.items() if len(of_domain) >= FEWEST_ROWS]
    symmetric: dict[frozenset[str], tuple[float, float]] = {}
    for done, source in enumerate(domains):
        context.report("measuring distances", done, len(domains))
        for target in (domain for domain in domains if domain != source):
            pair = frozenset((source, target))
            if pair not in symmetric:
                sides = vectors[rows[source]], vectors[rows[target]]
                symmetric[pair] = proxy_a_distance(*sides, seed=seed), mean_discrepancy(*sides, seed=seed)
            texts = ([prepared.texts[i] for i in rows[side]] for side in (source, target))
            values = (*symmetric[pair], 1 - shared_vocabulary(*texts))
            yield {"source": source, "target": target, **dict(zip(DISTANCES, values, strict=True))}


def _agreements(cells: pd.DataFrame, distances: pd.DataFrame, seed: int) -> Iterator[DistanceAgreement]:
    """Yield the rank agreement of each distance with the losses of the frozen probe."""
    pairs = distances.merge(cells[cells["model"] == FROZEN_PROBE], on=["source", "target"])
    pairs = pairs[pairs["loss"].notna()]
    ends = pairs[["source", "target"]].to_numpy(dtype=np.str_)
    for name in DISTANCES:
        tau = rank_agreement(pairs[name].to_numpy(), pairs["loss"].to_numpy(), ends=ends, seed=seed)
        yield DistanceAgreement(name, len(pairs), tau, len(np.unique(ends)))
