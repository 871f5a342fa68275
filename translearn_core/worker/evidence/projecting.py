"""Pictures of a finished run: its texts as points, before and after."""

import numpy as np

from translearn_core.analysis import project, purity, stratified_sample
from translearn_core.config import ProjectConfig, Split
from translearn_core.data.prepared import SPLITS
from translearn_core.errors import ConfigError
from translearn_core.results import Projection
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.features import VARIANTS, class_indices, finished, layer_features


def picture(context: Context) -> None:
    """Project one layer of a run onto a plane, before and after."""
    config = context.config
    assert isinstance(config, ProjectConfig)
    evaluation = finished(context, config.job)
    index, features = layer_features(context, config.job, evaluation)
    layers = len(features[VARIANTS[0]])
    if not 0 <= config.layer < layers:
        raise ConfigError("layer", config.layer, f"a layer from 0 to {layers - 1}")
    labels = class_indices(evaluation, evaluation.predictions.iloc[index]["label"])
    chosen = stratified_sample(labels, config.limit, config.seed)
    index, labels = index[chosen], labels[chosen]
    rows = evaluation.predictions.iloc[index]
    unseen = np.flatnonzero(rows["split"] == Split.TEST)
    layer = {variant: features[variant][config.layer][chosen].astype(np.float32) for variant in VARIANTS}
    moved = not np.array_equal(layer[VARIANTS[0]], layer[VARIANTS[1]])
    coordinates = project(
        layer if moved else {VARIANTS[0]: layer[VARIANTS[0]]},
        method=config.method,
        neighbours=config.neighbours,
        min_dist=config.min_dist,
        seed=config.seed,
        progress=lambda done, total: context.report("drawing the map", done, total),
    )
    if not moved:  # a layer below the boundary: the same picture twice
        coordinates = np.repeat(coordinates, len(VARIANTS), axis=0)
    settings = {
        "method": str(config.method).upper(),
        "layer": str(config.layer),
        "seed": str(config.seed),
        "points": str(len(index)),
    }
    if config.method == "umap":
        settings |= {"neighbours": str(config.neighbours), "min_dist": str(config.min_dist)}
    artifacts.save(
        context.folder,
        Projection(
            variants=VARIANTS,
            classes=evaluation.classes,
            splits=tuple(str(s) for s in SPLITS),
            settings=settings,
            purity=tuple(purity(layer[variant], labels, of=unseen) for variant in VARIANTS),
            total=len(evaluation.predictions),
            coordinates=coordinates,
            row=rows["row"].to_numpy(np.int64),
            index=index,
            label=labels,
            predicted=class_indices(evaluation, rows["predicted"]),
            split=np.asarray([[str(s) for s in SPLITS].index(s) for s in rows["split"]], dtype=np.int64),
        ),
    )
