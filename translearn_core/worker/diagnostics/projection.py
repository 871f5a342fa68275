"""2-D projection of one layer of a run, before and after training."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.projection.projection import project
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.config import Method, ProblemType, Split
from translearn_core.jobs import ProjectConfig
from translearn_core.jobs.spec import NUMBERS
from translearn_core.results import Evaluation, Projection
from translearn_core.results.labels.label_sets import parse_label_sets
from translearn_core.runs import artifacts
from translearn_core.tasks.predictions import sentence_clusters
from translearn_core.tasks.splits import SPLITS, split_indices
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.domains.projection_domains import (
    domain_codes,
    domain_names,
    overlap_by_variant,
)
from translearn_core.worker.diagnostics.neighbours.neighbourhood_quality import (
    LayerPair,
    measure_neighbourhoods,
)
from translearn_core.worker.features import VARIANTS, label_groups, one_layer, strata
from translearn_core.worker.run_results import class_indices, load_evaluation, training_config

SHOWN = 50_000
"""Largest stratified sample of points that is drawn."""


def project_layer(context: Context[ProjectConfig]) -> None:
    """Project one layer of a run before and after training, and measure its neighbourhoods."""
    config = context.config
    evaluation = load_evaluation(context, config.job)
    noun = training_config(context, config.job).data.row_noun
    index, variants = one_layer(context, config.job, evaluation, config.layer)
    rows = evaluation.predictions.iloc[index]
    groups = strata(evaluation, rows)
    fit = stratified_sample(groups, config.limit, config.seed)
    before, after = (variants[variant] for variant in VARIANTS)
    label, names = label_groups(evaluation, rows)
    numbers = evaluation.problem in NUMBERS
    layer = LayerPair(
        variants=variants,
        labels=label,
        test=np.flatnonzero(rows["split"] == str(Split.TEST)),
        shown=stratified_sample(groups, SHOWN, config.seed),
        changed=after is not before and not np.array_equal(before, after),
        numbers=numbers,
        clusters=sentence_clusters(rows),
        noun=noun,
    )
    planes = _planes(context, layer, fit, config)
    change = measure_neighbourhoods(context, layer, planes, config.seed)
    domains = domain_names(evaluation)
    domain = domain_codes(domains, rows)
    artifacts.save(
        context.folder,
        Projection(
            variants=VARIANTS,
            classes=names,
            splits=tuple(map(str, SPLITS)),
            settings=_settings(config, len(fit), noun),
            nearness=change.quality,
            chance=change.chance,
            overlap=change.mean_overlap,
            sentence=change.sentences(),
            total=len(evaluation.predictions),
            coordinates=planes,
            row=rows["row"].to_numpy(np.int64),
            index=index,
            label=layer.labels,
            predicted=_predicted(evaluation, rows, label),
            split=split_indices(rows["split"]),
            shown=layer.shown,
            values=rows[["label", "predicted"]].to_numpy(np.float64).T if numbers else np.empty((0, 0)),
            domains=domains,
            domain=domain,
            domain_overlap=overlap_by_variant(domains, variants, domain, label, rows["split"], config.seed),
        ),
    )


def _predicted(evaluation: Evaluation, rows: pd.DataFrame, label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the predicted class of each row, or the range of the predicted number; -1 without one."""
    known = rows["predicted"].notna().to_numpy(bool)
    if not known.all():
        filled = rows.assign(predicted=rows["predicted"].where(known, rows["label"]))
        return np.where(known, _predicted(evaluation, filled, label), -1)
    if evaluation.problem is ProblemType.MULTI_LABEL:
        return _predicted_labels(evaluation, rows, label)
    if evaluation.problem not in NUMBERS:
        return class_indices(evaluation, rows["predicted"])
    least = rows["label"].groupby(label).min().to_numpy(np.float64)
    ranges = np.searchsorted(least, rows["predicted"].to_numpy(np.float64), side="right") - 1
    return np.asarray(np.maximum(ranges, 0), dtype=np.int64)


def _predicted_labels(
    evaluation: Evaluation, rows: pd.DataFrame, label: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the rarest label of each row if it is predicted, else the rarest that is, or none."""
    names, none = evaluation.names, len(evaluation.names)
    predicted = parse_label_sets(names, rows["predicted"].to_numpy(dtype=object))
    counts = np.bincount(label, minlength=none + 1)[:none]
    rarest = np.where(predicted, counts, len(rows) + 1).argmin(axis=1)
    other = np.where(predicted.any(axis=1), rarest, none)
    hit = np.hstack([predicted, ~predicted.any(axis=1, keepdims=True)])[np.arange(len(rows)), label]
    return np.asarray(np.where(hit, label, other), dtype=np.int64)


def _planes(
    context: Context, layer: LayerPair, fit: NDArray[np.int64], config: ProjectConfig
) -> NDArray[np.float32]:
    """Return the projection of each variant; the same one twice if the layer did not change."""
    variants = layer.variants if layer.changed else {VARIANTS[0]: layer.variants[VARIANTS[0]]}
    planes = project(
        variants,
        method=config.method,
        neighbours=config.neighbours,
        min_dist=config.min_dist,
        seed=config.seed,
        fit=fit,
        progress=lambda done, total: context.report("drawing the map", done, total),
    )
    return planes if layer.changed else np.repeat(planes, len(VARIANTS), axis=0)


def _settings(config: ProjectConfig, fitted: int, noun: str) -> dict[str, str]:
    settings = {
        "method": str(config.method).upper(),
        "layer": str(config.layer),
        "seed": str(config.seed),
        "found from": f"{fitted:,} {noun}s",
    }
    if config.method is Method.UMAP:
        settings |= {"neighbours": str(config.neighbours), "min_dist": str(config.min_dist)}
    return settings
