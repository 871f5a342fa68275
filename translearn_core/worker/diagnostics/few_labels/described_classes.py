"""Classes of texts without labels: each text gets the class whose description is nearest or entailed."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from translearn_core.activations import Compute
from translearn_core.analysis.clustering import ClusterAssignment
from translearn_core.analysis.clustering import unit_rows as centred_unit_rows
from translearn_core.analysis.few_labels.class_descriptions import spaces
from translearn_core.analysis.few_labels.prototypes import unit_rows
from translearn_core.backbones import load
from translearn_core.backbones.entailment import entailment_index
from translearn_core.config.text_cells import text_cells
from translearn_core.errors import ConfigError
from translearn_core.jobs.diagnostics.unlabelled_texts import DescribedClassesConfig
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.few_labels.clusters import ComparedTexts, read_texts, save_clusters
from translearn_core.worker.diagnostics.few_labels.text_rows import layer_vectors
from translearn_core.worker.diagnostics.few_labels.zero_shot import entailment_logits
from translearn_core.worker.diagnostics.layer_scores import supported_features
from translearn_core.worker.features import feature_array, layer_lookups

Vectors = NDArray[np.floating]


def assign_classes(context: Context[DescribedClassesConfig]) -> None:
    """Give each text its class, and describe the classes as clusters are; empty ones are left out.

    It is the class that a text entails most where the backbone is an NLI model, else the nearest one.
    """
    texts = read_texts(context, context.config)
    if entailment_index(context.config.backbone) is None:
        _by_similarity(context, texts)
    else:
        _by_entailment(context, texts)


def _by_similarity(context: Context[DescribedClassesConfig], texts: ComparedTexts) -> None:
    """Save the classes with the nearest descriptions."""
    config, count = context.config, len(texts.rows)
    names = [one.name for one in config.classes]
    vectors = _vectors(context, config, [*text_cells(texts.rows), *config.descriptions.sentences(names)])
    every = list(
        spaces({k: x[:count] for k, x in vectors.items()}, {k: x[count:] for k, x in vectors.items()})
    )
    space = max(every, key=lambda one: (one.information, one.layer))
    x = vectors[space.layer]
    similarity = space.similarities(x[:count], x[count:])
    used, cluster = _largest_first(similarity.argmax(axis=1))
    assignment = ClusterAssignment(
        cluster, 1 - similarity.max(axis=1), unit_rows(x[count:][used] - space.description_mean), ()
    )
    settings = {"clustering": "descriptions", "layer": str(space.layer)}
    settings |= {"centred": "yes" if space.centred else "no"}
    settings |= {"chosen": "layer and centring" if config.layer is None else "centring"}
    of_texts = unit_rows(x[:count] - space.text_mean)
    save_clusters(context, config, texts, of_texts, assignment, settings, [names[k] for k in used])


def _by_entailment(context: Context[DescribedClassesConfig], texts: ComparedTexts) -> None:
    """Save the classes whose descriptions are entailed most; the projection is of the model's layer."""
    config = context.config
    names = [one.name for one in config.classes]
    cells = list(map(str, text_cells(texts.rows)))
    logits = entailment_logits(context, config, cells, config.descriptions.sentences(names))
    used, cluster = _largest_first(logits.argmax(axis=1))
    vectors, layer = layer_vectors(context, config, texts.rows)
    x = centred_unit_rows(vectors)
    probability = softmax(logits, axis=1).max(axis=1)
    assignment = ClusterAssignment(cluster, probability, np.empty((0, x.shape[1])), ())
    settings = {"clustering": "descriptions", "compared by": "entailment", "layer": str(layer)}
    save_clusters(
        context, config, texts, x, assignment, settings, [names[k] for k in used], strength="probability"
    )


def _largest_first(nearest: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the classes that have a text, the largest first, and the place of each text's among them."""
    used, sizes = np.unique(nearest, return_counts=True)
    used = used[np.argsort(-sizes, kind="stable")]
    return used, np.argsort(used)[np.searchsorted(np.sort(used), nearest)]


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
