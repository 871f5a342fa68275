"""Transfer matrix: models trained on each domain, scored on the test rows of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.analysis.comparison.paired_comparison import ArmRuns, differences
from translearn_core.analysis.domains import mean_discrepancy, proxy_a_distance, shared_vocabulary
from translearn_core.analysis.linear_models import LINEAR_MODELS, Probe
from translearn_core.analysis.probing.transferability import rank_agreement
from translearn_core.backbones import Backbone, load
from translearn_core.config import Split
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
from translearn_core.tasks import Target
from translearn_core.tasks.problem import Outputs
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.domains.domain_texts import domain_texts
from translearn_core.worker.diagnostics.domains.sources import Source, domains_of, sources, test_rows
from translearn_core.worker.diagnostics.layer_scores import supported_features
from translearn_core.worker.diagnostics.sentences.transfer_matrix_text import matrix_sentences
from translearn_core.worker.features import feature_array

FloatArray = NDArray[np.float64]
Vectors = NDArray[np.floating]

NO_LAYER = -1
"""Layer of models without layers."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model of one source: outputs of the test rows, in the order of the split, and its target.

    The target has the thresholds chosen for it.
    """

    source: Source
    outputs: Outputs
    target: Target
    layer: int = NO_LAYER


def measure_transfer(context: Context[TransferMatrixConfig]) -> None:
    """Fit a frozen probe and TF-IDF to every source, and score them on every domain's test rows."""
    config = context.config
    context.report("loading the backbone")
    prepared = load_prepared(context.store.workspace, config.data)
    every = list(sources(prepared))
    backbone = load(config.backbone)
    vectors = _layers(context, config, backbone, prepared)
    models = {
        FROZEN_PROBE: _frozen_probes(context, prepared, every, vectors),
        TFIDF_MODEL: _tfidf(context, prepared, every, config.seed),
    }
    context.report("scoring the test rows")
    cells = pd.DataFrame(list(_cells(prepared, models, config.seed)))
    top = vectors[max(vectors)]
    distances = pd.DataFrame(list(_distances(context, prepared, top, config.seed)))
    first, test = models[FROZEN_PROBE][0], prepared.split_indices(Split.TEST)
    metric = next(iter(prepared.problem.point_metrics(first.target, test, first.outputs)))
    agreements = tuple(_agreements(cells, distances, config.seed))
    loss_metric = prepared.problem.row_metric
    sentences = matrix_sentences(cells, agreements, metric_of(metric), metric_of(loss_metric))
    matrix = TransferMatrix(
        domains_of(prepared), sentences, agreements, cells, distances,
        domain_texts(prepared, backbone, config.features.token_limit, top, config.seed), metric, loss_metric,
    )  # fmt: skip
    artifacts.save(context.folder, matrix)


def _layers(
    context: Context, config: TransferMatrixConfig, backbone: Backbone, prepared: PreparedDataset
) -> dict[int, Vectors]:
    """Return the vectors of all rows by layer, the accessible ones."""
    compute = Compute.choose(config.device, config.precision)
    features = supported_features(config.features, backbone.info)
    if config.data.text_pair is not None:
        features = features.with_default_encoding(frozen=True)
    encoder = make_encoder(context, backbone, prepared.texts, features, compute)
    if not backbone.info.supports_partial_forward:
        return {backbone.n_blocks: feature_array(encoder.last_layer(features.pooling))}
    return {layer: feature_array(one) for layer, one in enumerate(encoder.pooled(features.pooling))}


def _frozen_probes(
    context: Context, prepared: PreparedDataset, every: Sequence[Source], vectors: Mapping[int, Vectors]
) -> list[Fitted]:
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
        fitted.append(_decided(prepared, source, vectors[layer], probe, layer))
    return fitted


def _fit(prepared: PreparedDataset, source: Source, x: Vectors) -> Probe:
    models = LINEAR_MODELS[prepared.target.problem]
    return models.fit_probe(x[source.train], prepared.target.select(source.train))


def _held_out_score(prepared: PreparedDataset, source: Source, x: Vectors, probe: Probe) -> float:
    outputs = probe.predict(x[source.validation])
    return float(prepared.problem.row_scores(prepared.target, source.validation, outputs).mean())


def _decided(prepared: PreparedDataset, source: Source, x: Vectors, probe: Probe, layer: int) -> Fitted:
    """Return the outputs of the test rows, with thresholds chosen on validation rows of the source."""
    held = probe.predict(x[source.validation])
    target = prepared.problem.choose_thresholds(prepared.target, source.validation, held)
    return Fitted(source, probe.predict(x[prepared.split_indices(Split.TEST)]), target, layer)


def _tfidf(context: Context, prepared: PreparedDataset, every: Sequence[Source], seed: int) -> list[Fitted]:
    target, problem, models = prepared.target, prepared.problem, LINEAR_MODELS[prepared.target.problem]
    test, fitted = prepared.split_indices(Split.TEST), []
    for done, source in enumerate(every):
        context.report("counting words", done, len(every))
        asked = np.concatenate([source.validation, test])
        outputs = models.predict_tfidf(
            [prepared.texts[i] for i in source.train],
            target.select(source.train),
            [prepared.texts[i] for i in asked],
            seed=seed,
        )
        held = len(source.validation)
        decided = problem.choose_thresholds(target, source.validation, outputs[:held])
        fitted.append(Fitted(source, outputs[held:], decided))
    return fitted


def _cells(
    prepared: PreparedDataset, models: Mapping[str, Sequence[Fitted]], seed: int
) -> Iterator[dict[str, object]]:
    """Yield the scores of every model and source on every domain, and what it loses there."""
    problem, test = prepared.problem, prepared.split_indices(Split.TEST)
    for model, of_model in models.items():
        for domain in domains_of(prepared):
            rows = test_rows(prepared, domain)
            place = np.searchsorted(test, rows)
            arms = [_arm(prepared, one, rows, place) for one in of_model]
            home = next(
                arm for arm, one in zip(arms, of_model, strict=True) if one.source.domains == (domain,)
            )
            losses = differences(arms, home, seed=seed)
            for one, loss in zip(of_model, losses, strict=True):
                score = next(iter(problem.metrics(one.target, rows, one.outputs[place], seed=seed).values()))
                at_home = one.source.domains == (domain,)
                yield {
                    "model": model,
                    "source": one.source.name,
                    "target": domain,
                    "rows": len(one.source.train),
                    "layer": one.layer,
                    **score.columns("score", ""),
                    **(NO_ESTIMATE if at_home or loss is None else -loss).columns("loss"),
                }


def _arm(
    prepared: PreparedDataset, one: Fitted, rows: NDArray[np.int64], place: NDArray[np.int64]
) -> ArmRuns:
    scores = prepared.problem.row_scores(one.target, rows, one.outputs[place])
    sentence = prepared.target.sentence
    clusters = None if sentence is None else sentence[rows]
    return ArmRuns(one.source.name, rows.astype(np.uint64), scores[None], clusters)


def _distances(
    context: Context, prepared: PreparedDataset, vectors: Vectors, seed: int
) -> Iterator[dict[str, object]]:
    """Yield the distances of every ordered pair of domains, on training rows."""
    train, domains = prepared.split_indices(Split.TRAIN), domains_of(prepared)
    rows = {domain: train[prepared.domain[train] == domain] for domain in domains}  # type: ignore[index]
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
    for name in DISTANCES:
        tau = rank_agreement(pairs[name].to_numpy(), pairs["loss"].to_numpy(), seed=seed)
        yield DistanceAgreement(name, len(pairs), tau)
