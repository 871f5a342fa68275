"""Look inside a finished run: probe every layer, project one onto a plane."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import nn

from translearn_core.activations import Compute, Encoder, Found, Texts
from translearn_core.analysis import probe_layers, project, purity, stratified_sample, tfidf_baseline
from translearn_core.analysis.probing import Layers
from translearn_core.backbones import load
from translearn_core.config import (
    ExperimentConfig,
    ProbeConfig,
    ProjectConfig,
    Split,
)
from translearn_core.data.prepared import SPLITS
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.results import Evaluation, Projection
from translearn_core.runs import artifacts
from translearn_core.transfer import load_trained
from translearn_core.worker.context import Context
from translearn_core.worker.models import activations

VARIANTS = ("pretrained", "fine-tuned")
SAMPLE = 20_000
"""Texts at most whose features are kept for probes, projections and neighbours; a stratified sample above."""


def probe(context: Context) -> None:
    """Probe every layer of a run, before and after."""
    config = context.config
    assert isinstance(config, ProbeConfig)
    evaluation = finished(context, config.job)
    index, features = layer_features(context, config.job, evaluation)
    rows = evaluation.predictions.iloc[index]
    labels = class_indices(evaluation, rows["label"])
    train = np.flatnonzero(rows["split"] == Split.TRAIN)
    test = np.flatnonzero(rows["split"] == Split.TEST)
    texts = rows["text"].tolist()
    context.report("the word-count baseline")
    accuracy, interval, _ = tfidf_baseline(
        [texts[i] for i in train], labels[train], [texts[i] for i in test], labels[test], seed=config.seed
    )
    scores = probe_layers(
        features, labels, train, test, tfidf=(accuracy, interval), folds=config.folds, seed=config.seed,
        progress=lambda done, total: context.report("probing layers", done, total),
    )  # fmt: skip
    artifacts.save(context.folder, scores)


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


def finished(context: Context, job: str) -> Evaluation:
    """Return what a run predicted; raises if it has not got that far."""
    evaluation = artifacts.load(context.store.workspace.run(job), Evaluation)
    if evaluation is None:
        raise NotFoundError("This run has no results yet: let it finish an epoch first.")
    return evaluation


def class_indices(evaluation: Evaluation, names: pd.Series) -> NDArray[np.int64]:
    """Return class indices of labels given by name."""
    place = {name: i for i, name in enumerate(evaluation.classes)}
    return np.asarray(names.map(place), dtype=np.int64)


def layer_features(
    context: Context, job: str, evaluation: Evaluation
) -> tuple[NDArray[np.int64], dict[str, Layers]]:
    """Return pooled features of every layer, pretrained and fine-tuned, for the run's analysis sample.

    What training and earlier questions computed is read; the rest is computed and kept. Returns the lines of
    the predictions that were taken, shape (n,), and by variant one array of shape (n, width) a layer, float16
    or float32. Layers up to the boundary did not change: there both variants are the same object.
    """
    config = context.store.job(job).config
    assert isinstance(config, ExperimentConfig)
    rows = evaluation.predictions
    strata = (rows["split"] + "\x00" + rows["label"]).factorize()[0]
    index: NDArray[np.int64] = np.sort(stratified_sample(strata, SAMPLE, 0))
    compute = Compute.choose(config.training.device, config.training.precision)
    store, pooling = activations(context), config.features.pooling
    backbone = load(config.backbone)
    texts = Texts(rows["text"].iloc[index].tolist(), backbone.tokenizer, config.features.token_limit)
    nn.Module.to(backbone.model, compute.device)
    before = [
        found_array(f) for f in Encoder(backbone, texts, compute, store, context.report).pooled(pooling)
    ]
    boundary = config.plan.boundary(backbone.n_blocks)
    if boundary == backbone.n_blocks:
        return index, dict.fromkeys(VARIANTS, before)
    trained = load_trained(context.store.workspace.run(job)).model.source
    above = Encoder(trained, texts, compute, store, context.report).pooled(pooling)
    same = boundary + 1  # layer k enters block k
    after = before[:same] + [found_array(f) for f in above[same:]]
    return index, {VARIANTS[0]: before, VARIANTS[1]: after}


def found_array(found: Found) -> NDArray[np.floating]:
    """Return kept vectors as an array, shape (n, width)."""
    array: NDArray[np.floating] = found.vectors().numpy()
    return array
