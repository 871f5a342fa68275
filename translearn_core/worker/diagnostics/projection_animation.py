"""The same texts in every layer of a run, before and after: pictures that follow each other, and numbers."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis import (
    chance_purity,
    knn_indices,
    knn_overlap,
    neighbours_with_same_label,
    silhouette,
    stratified_sample,
)
from translearn_core.analysis.probing.linear_probe import Layers
from translearn_core.analysis.projection.layer_alignment import layer_projections
from translearn_core.config import ProjectionAnimationConfig, Split
from translearn_core.data.dataset import SPLITS
from translearn_core.errors import TooFewSamplesError
from translearn_core.results import ProjectionAnimation
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.sentences.projection_animation_text import ProjectionAnimationText
from translearn_core.worker.features import VARIANTS, class_indices, finished, layer_features, strata

IntArray = NDArray[np.int64]
Vectors = NDArray[np.float32]


def animate_layers(context: Context) -> None:
    """Place a sample of a run's texts in every layer, and ask how near those of a class lie to each other.

    The layer where they lie nearest is chosen on validation texts; what is told of it is of test texts.
    """
    config = context.config
    assert isinstance(config, ProjectionAnimationConfig)
    evaluation = finished(context, config.job)
    everything, features = layer_features(context, config.job, evaluation)
    rows = evaluation.predictions.iloc[everything]
    chosen = stratified_sample(strata(rows), config.limit, config.seed)
    rows = rows.iloc[chosen]
    split = rows["split"].to_numpy()
    test, held = (np.flatnonzero(split == str(one)) for one in (Split.TEST, Split.VALIDATION))
    if len(test) < 2 or not len(held):
        raise TooFewSamplesError(
            f"{len(rows)} texts with {len(test)} of the test and {len(held)} of the validation split are too "
            "few to follow: show more, or merge rare classes."
        )
    layers = _sampled(features, chosen)
    labels = class_indices(evaluation, rows["label"])
    coordinates = layer_projections(
        layers,
        seed=config.seed,
        progress=lambda done, total: context.report("drawing every layer", done, total),
    )
    shares, apart, kept = _neighbours(context, layers, labels, test, config.seed)
    found = ProjectionAnimationText(
        first=_first_changed(layers),
        chance=chance_purity(labels, test),
        chosen=shares[:, :, held].mean(axis=2),
        shares=shares[:, :, test],
        kept=kept,
    )
    spans = found.intervals
    splits = [str(one) for one in SPLITS]
    artifacts.save(
        context.folder,
        ProjectionAnimation(
            variants=VARIANTS,
            classes=evaluation.classes,
            splits=tuple(splits),
            chance=found.chance,
            sentence=found.sentences(),
            coordinates=coordinates,
            purity=found.shares.mean(axis=2),
            low=spans[..., 0],
            high=spans[..., 1],
            silhouette=apart,
            kept=kept,
            index=everything[chosen],
            label=labels,
            split=np.asarray([splits.index(one) for one in split], dtype=np.int64),
        ),
    )


def _sampled(features: dict[str, Layers], chosen: IntArray) -> dict[str, list[Vectors]]:
    """Return the chosen rows of every layer; one that did not change is the same object in both variants."""
    before, after = (features[variant] for variant in VARIANTS)
    found: dict[str, list[Vectors]] = {variant: [] for variant in VARIANTS}
    for first, last in zip(before, after, strict=True):
        one = first[chosen].astype(np.float32)
        other = one if last is first else last[chosen].astype(np.float32)
        found[VARIANTS[0]].append(one)
        found[VARIANTS[1]].append(one if np.array_equal(one, other) else other)
    return found


def _first_changed(layers: dict[str, list[Vectors]]) -> int | None:
    pairs = enumerate(zip(*(layers[variant] for variant in VARIANTS), strict=True))
    return next((layer for layer, (before, after) in pairs if before is not after), None)


def _neighbours(
    context: Context, layers: dict[str, list[Vectors]], labels: IntArray, test: IntArray, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return every text's share of neighbours of its class, silhouettes of test texts, neighbours kept.

    Shapes (variants, layers, texts), (variants, layers), (layers,).
    """
    depth = len(layers[VARIANTS[0]])
    shares = np.empty((len(VARIANTS), depth, len(labels)))
    apart = np.empty((len(VARIANTS), depth))
    kept = np.empty(depth)
    for layer in range(depth):
        near: list[IntArray] = []
        for v, variant in enumerate(VARIANTS):
            context.report("looking at neighbours", layer * len(VARIANTS) + v, depth * len(VARIANTS))
            x = layers[variant][layer]
            if v and x is layers[VARIANTS[0]][layer]:
                near.append(near[0])
                shares[v, layer], apart[v, layer] = shares[0, layer], apart[0, layer]
                continue
            near.append(knn_indices(x))
            shares[v, layer] = neighbours_with_same_label(near[v], labels)
            apart[v, layer] = silhouette(x, labels, of=test, seed=seed)
        kept[layer] = knn_overlap(near[0], near[-1])
    return shares, apart, kept
