"""Aligned projections of the same texts in every layer of a run, before and after training."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.neighbours.knn_purity import (
    chance_purity,
    knn_overlap,
    neighbours_with_same_label,
)
from translearn_core.analysis.neighbours.neighbourhood_metrics import knn_indices, silhouette
from translearn_core.analysis.probing.layer_map import Layers
from translearn_core.analysis.projection.layer_alignment import layer_projections
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.config import Split
from translearn_core.errors import TooFewSamplesError
from translearn_core.jobs import ProjectionAnimationConfig
from translearn_core.results import ProjectionAnimation
from translearn_core.runs import artifacts
from translearn_core.tasks.predictions import sentence_clusters
from translearn_core.tasks.splits import SPLITS, split_indices
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.sentences.projection_animation_text import ProjectionAnimationText
from translearn_core.worker.features import VARIANTS, label_groups, layer_features, strata
from translearn_core.worker.run_results import load_evaluation, training_config

IntArray = NDArray[np.int64]
Vectors = NDArray[np.float32]


def animate_layers(context: Context[ProjectionAnimationConfig]) -> None:
    """Project a sample of a run's texts in every layer, and measure kNN label purity and overlap.

    The layer of highest purity is chosen on validation texts and reported on test texts.
    """
    config = context.config
    evaluation = load_evaluation(context, config.job)
    noun = training_config(context, config.job).data.row_noun
    index, features = layer_features(context, config.job, evaluation)
    rows = evaluation.predictions.iloc[index]
    chosen = stratified_sample(strata(evaluation, rows), config.limit, config.seed)
    rows = rows.iloc[chosen]
    split = rows["split"].to_numpy()
    test, validation = (np.flatnonzero(split == str(one)) for one in (Split.TEST, Split.VALIDATION))
    if len(test) < 2 or not len(validation):
        raise TooFewSamplesError(
            f"{len(rows)} {noun}s with {len(test)} of the test and {len(validation)} "
            "of the validation split are too few to follow: show more, or merge rare classes."
        )
    layers = _sample_layers(features, chosen)
    labels, names = label_groups(evaluation, rows)
    coordinates = layer_projections(
        layers,
        seed=config.seed,
        progress=lambda done, total: context.report("drawing every layer", done, total),
    )
    shares, separation, overlap = _neighbours(context, layers, labels, test, config.seed)
    text = ProjectionAnimationText(
        first=_first_changed(layers),
        chance=chance_purity(labels, test),
        chosen=shares[:, :, validation].mean(axis=2),
        shares=shares[:, :, test],
        overlap=overlap,
        clusters=sentence_clusters(rows.iloc[test]),
        noun=noun,
    )
    intervals = text.intervals
    artifacts.save(
        context.folder,
        ProjectionAnimation(
            variants=VARIANTS,
            classes=names,
            splits=tuple(map(str, SPLITS)),
            chance=text.chance,
            sentence=text.sentences(),
            coordinates=coordinates,
            purity=text.shares.mean(axis=2),
            low=intervals[..., 0],
            high=intervals[..., 1],
            silhouette=separation,
            overlap=overlap,
            index=index[chosen],
            label=labels,
            split=split_indices(split),
        ),
    )


def _sample_layers(features: dict[str, Layers], chosen: IntArray) -> dict[str, list[Vectors]]:
    """Return the chosen rows of every layer; unchanged layers are the same object in both variants."""
    before, after = (features[variant] for variant in VARIANTS)
    sampled: dict[str, list[Vectors]] = {variant: [] for variant in VARIANTS}
    for first, last in zip(before, after, strict=True):
        one = first[chosen].astype(np.float32)
        other = one if last is first else last[chosen].astype(np.float32)
        sampled[VARIANTS[0]].append(one)
        sampled[VARIANTS[1]].append(one if np.array_equal(one, other) else other)
    return sampled


def _first_changed(layers: dict[str, list[Vectors]]) -> int | None:
    pairs = enumerate(zip(*(layers[variant] for variant in VARIANTS), strict=True))
    return next((layer for layer, (before, after) in pairs if before is not after), None)


def _neighbours(
    context: Context, layers: dict[str, list[Vectors]], labels: IntArray, test: IntArray, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return kNN label shares of each text, silhouettes of test texts, and kNN overlap.

    Shapes (variants, layers, texts), (variants, layers), (layers,).
    """
    depth = len(layers[VARIANTS[0]])
    shares = np.empty((len(VARIANTS), depth, len(labels)))
    separation = np.empty((len(VARIANTS), depth))
    overlap = np.empty(depth)
    for layer in range(depth):
        neighbours: list[IntArray] = []
        for v, variant in enumerate(VARIANTS):
            context.report("looking at neighbours", layer * len(VARIANTS) + v, depth * len(VARIANTS))
            x = layers[variant][layer]
            if v and x is layers[VARIANTS[0]][layer]:
                neighbours.append(neighbours[0])
                shares[v, layer], separation[v, layer] = shares[0, layer], separation[0, layer]
                continue
            neighbours.append(knn_indices(x))
            shares[v, layer] = neighbours_with_same_label(neighbours[v], labels)
            separation[v, layer] = silhouette(x, labels, of=test, seed=seed)
        overlap[layer] = knn_overlap(neighbours[0], neighbours[-1])
    return shares, separation, overlap
