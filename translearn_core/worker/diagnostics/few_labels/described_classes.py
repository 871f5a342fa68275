"""Classes of texts without labels: each text gets the class whose description is nearest."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.analysis.clustering import ClusterAssignment
from translearn_core.analysis.few_labels.class_descriptions import spaces
from translearn_core.analysis.few_labels.prototypes import unit_rows
from translearn_core.backbones import load
from translearn_core.config.text_cells import text_cells
from translearn_core.errors import ConfigError
from translearn_core.jobs.diagnostics.unlabelled_texts import DescribedClassesConfig
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.few_labels.clusters import read_texts, save_clusters
from translearn_core.worker.diagnostics.layer_scores import supported_features
from translearn_core.worker.features import feature_array, layer_lookups

Vectors = NDArray[np.floating]


def assign_classes(context: Context[DescribedClassesConfig]) -> None:
    """Give each text its nearest class, and describe the classes as clusters are; empty ones are left out."""
    config = context.config
    texts = read_texts(context, config)
    names = [one.name for one in config.classes]
    vectors = _vectors(context, config, [*text_cells(texts.rows), *config.descriptions.sentences(names)])
    count = len(texts.rows)
    every = list(
        spaces({k: x[:count] for k, x in vectors.items()}, {k: x[count:] for k, x in vectors.items()})
    )
    space = max(every, key=lambda one: (one.information, one.layer))
    x = vectors[space.layer]
    similarity = space.similarities(x[:count], x[count:])
    nearest = similarity.argmax(axis=1)
    used, cluster = np.unique(nearest, return_inverse=True)
    assignment = ClusterAssignment(
        cluster.astype(np.int64),
        1 - similarity.max(axis=1),
        unit_rows(x[count:][used] - space.description_mean),
        (),
    )
    settings = {"clustering": "descriptions", "layer": str(space.layer)}
    settings |= {"centred": "yes" if space.centred else "no"}
    save_clusters(
        context, config, texts, unit_rows(x[:count] - space.text_mean), assignment, settings,
        [names[k] for k in used],
    )  # fmt: skip


def _vectors(
    context: Context[DescribedClassesConfig], config: DescribedClassesConfig, texts: list[object]
) -> dict[int, Vectors]:
    """Return the vectors of texts by layer: the configured one, or all that are accessible.

    Raises
    ------
    ConfigError
        If the backbone has no such layer.
    """
    backbone = load(config.backbone)
    features = supported_features(config.features, backbone.info)
    compute = Compute.choose(config.device, config.precision)
    encoder = make_encoder(context, backbone, texts, features, compute)  # type: ignore[arg-type]
    lookups = layer_lookups(encoder, backbone.info, features.pooling)
    vectors = {layer: feature_array(lookup) for layer, lookup in lookups.items()}
    if config.layer is None:
        return vectors
    if config.layer not in vectors:
        raise ConfigError("layer", config.layer, f"one of {', '.join(map(str, vectors))}")
    return {config.layer: vectors[config.layer]}
