"""Pictures of a finished run: its texts as points, before and after."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis import project, stratified_sample
from translearn_core.config import Method, ProjectConfig, Split
from translearn_core.data.dataset import SPLITS
from translearn_core.results import Projection
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.neighbourhood_quality import LayerPair, neighbours_of
from translearn_core.worker.features import VARIANTS, class_indices, finished, one_layer, strata

SHOWN = 50_000
"""Points at most that a screen draws; a stratified sample above."""


def project_layer(context: Context) -> None:
    """Project one layer of a run onto a plane, before and after; say what its texts' neighbours come to."""
    config = context.config
    assert isinstance(config, ProjectConfig)
    evaluation = finished(context, config.job)
    index, variants = one_layer(context, config.job, evaluation, config.layer)
    rows = evaluation.predictions.iloc[index]
    groups = strata(rows)
    fit = stratified_sample(groups, config.limit, config.seed)
    before, after = (variants[variant] for variant in VARIANTS)
    layer = LayerPair(
        variants=variants,
        labels=class_indices(evaluation, rows["label"]),
        test=np.flatnonzero(rows["split"] == str(Split.TEST)),
        shown=stratified_sample(groups, SHOWN, config.seed),
        moved=after is not before and not np.array_equal(before, after),
    )
    planes = _planes(context, layer, fit, config)
    found = neighbours_of(context, layer, planes, config.seed)
    splits = [str(split) for split in SPLITS]
    artifacts.save(
        context.folder,
        Projection(
            variants=VARIANTS,
            classes=evaluation.classes,
            splits=tuple(splits),
            settings=_settings(config, len(fit)),
            nearness=found.near,
            chance=found.chance,
            kept=float(found.kept.mean()) if found.kept.size else float("nan"),
            kept_interval=found.kept_interval,
            sentence=found.sentences(),
            total=len(evaluation.predictions),
            coordinates=planes,
            row=rows["row"].to_numpy(np.int64),
            index=index,
            label=layer.labels,
            predicted=class_indices(evaluation, rows["predicted"]),
            split=np.asarray(rows["split"].map(splits.index), dtype=np.int64),
            shown=layer.shown,
        ),
    )


def _planes(
    context: Context, layer: LayerPair, fit: NDArray[np.int64], config: ProjectConfig
) -> NDArray[np.float32]:
    """Return every variant's plane; where nothing moved, the same one twice."""
    variants = layer.variants if layer.moved else {VARIANTS[0]: layer.variants[VARIANTS[0]]}
    planes = project(
        variants,
        method=config.method,
        neighbours=config.neighbours,
        min_dist=config.min_dist,
        seed=config.seed,
        fit=fit,
        progress=lambda done, total: context.report("drawing the map", done, total),
    )
    return planes if layer.moved else np.repeat(planes, len(VARIANTS), axis=0)


def _settings(config: ProjectConfig, fitted: int) -> dict[str, str]:
    settings = {
        "method": str(config.method).upper(),
        "layer": str(config.layer),
        "seed": str(config.seed),
        "found from": f"{fitted:,} texts",
    }
    if config.method is Method.UMAP:
        settings |= {"neighbours": str(config.neighbours), "min_dist": str(config.min_dist)}
    return settings
