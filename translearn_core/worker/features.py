"""What a finished run predicted, and what every layer makes of its texts, before and after training."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import nn

from translearn_core.activations import Compute, Encoder, Lookup, TextBatchSource
from translearn_core.analysis import stratified_sample
from translearn_core.analysis.probing.linear_probe import Layers
from translearn_core.backbones import Backbone, load
from translearn_core.config import BackboneConfig, ExperimentConfig
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.results import Evaluation
from translearn_core.transfer import load_trained
from translearn_core.worker.context import Context
from translearn_core.worker.models import activations

VARIANTS = ("pretrained", "fine-tuned")
SAMPLE = 20_000
"""Texts at most whose features are kept for probes, projections and neighbours; a stratified sample above."""
MOST = 200_000
"""Texts at most that one layer is looked at with; a stratified sample above."""


def finished(context: Context, job: str) -> Evaluation:
    """Return what a run predicted; raises if it has not got that far."""
    evaluation = context.result(job, Evaluation)
    if evaluation is None:
        raise NotFoundError("This run has no results yet: let it finish an epoch first.")
    return evaluation


def class_indices(evaluation: Evaluation, names: pd.Series) -> NDArray[np.int64]:
    """Return class indices of labels given by name."""
    place = {name: i for i, name in enumerate(evaluation.classes)}
    return np.asarray(names.map(place), dtype=np.int64)


def analysed(evaluation: Evaluation, most: int = SAMPLE) -> NDArray[np.int64]:
    """Return the lines of the predictions that the layers are looked at with: a stratified sample above."""
    index: NDArray[np.int64] = np.sort(stratified_sample(strata(evaluation.predictions), most, 0))
    return index


def strata(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Number the rows of predictions by split and label: what samples keep the shares of."""
    return np.asarray((rows["split"] + "\x00" + rows["label"]).factorize()[0], dtype=np.int64)


def layer_features(
    context: Context, job: str, evaluation: Evaluation
) -> tuple[NDArray[np.int64], dict[str, Layers]]:
    """Return pooled features of every layer, pretrained and fine-tuned, for the run's analysis sample.

    What training and earlier questions computed is read; the rest is computed and kept. Returns the lines of
    the predictions that were taken, shape (n,), and by variant one array of shape (n, width) a layer, float16
    or float32. Layers up to the boundary did not change: there both variants are the same object.
    """
    index = analysed(evaluation)
    texts = evaluation.predictions["text"].iloc[index].tolist()
    before, after = run_features(context, job, texts)
    return index, {VARIANTS[0]: before, VARIANTS[1]: after}


def one_layer(
    context: Context, job: str, evaluation: Evaluation, layer: int, most: int = MOST
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.floating]]]:
    """Return pooled features of one layer, pretrained and fine-tuned, for all of the run's texts.

    As `layer_features`, of at most `most` texts: two arrays of 200,000 rows are in memory, not two a layer.

    Raises
    ------
    ConfigError
        If there is no such layer.
    """
    index = analysed(evaluation, most)
    before, after = _run_found(context, job, evaluation.predictions["text"].iloc[index].tolist())
    if not 0 <= layer < len(before):
        raise ConfigError("layer", layer, f"a layer from 0 to {len(before) - 1}")
    first = found_array(before[layer])
    last = first if after[layer] is before[layer] else found_array(after[layer])
    return index, {VARIANTS[0]: first, VARIANTS[1]: last}


def run_features(
    context: Context, job: str, texts: Sequence[str]
) -> tuple[list[NDArray[np.floating]], list[NDArray[np.floating]]]:
    """Return pooled features of every layer for any texts, before a run and after it (see `layer_features`).

    A layer that could not change is the same object in both.
    """
    before, after = _run_found(context, job, texts)
    first = [found_array(found) for found in before]
    last = [x if b is a else found_array(a) for x, b, a in zip(first, before, after, strict=True)]
    return first, last


def _run_found(context: Context, job: str, texts: Sequence[str]) -> tuple[list[Lookup], list[Lookup]]:
    """Return where every layer's pooled features lie, before a run and after it; computed where missing."""
    config = context.store.job(job).config
    assert isinstance(config, ExperimentConfig)
    before = _pooled(context, config, load(config.backbone), texts)
    n_blocks = len(before) - 1
    boundary = config.plan.first_trainable_block(n_blocks)
    if boundary == n_blocks:
        return before, before
    trained = load_trained(context.store.workspace.run(job)).model.source
    same = boundary + 1  # layer k enters block k
    return before, before[:same] + _pooled(context, config, trained, texts)[same:]


def backbone_features(
    context: Context, config: ExperimentConfig, backbone: BackboneConfig, texts: Sequence[str]
) -> list[NDArray[np.floating]]:
    """Return pooled features of every layer of a backbone before any training, read and computed as a run is.

    What is kept is read, the rest is computed and kept. One array of shape (texts, width) a layer.
    """
    return [found_array(found) for found in _pooled(context, config, load(backbone), texts)]


def _pooled(
    context: Context, config: ExperimentConfig, backbone: Backbone, texts: Sequence[str]
) -> list[Lookup]:
    compute = Compute.choose(config.training.device, config.training.precision)
    told = TextBatchSource(texts, backbone.tokenizer, config.features.token_limit)
    nn.Module.to(backbone.model, compute.device)
    encoder = Encoder(backbone, told, compute, activations(context), context.report)
    return encoder.pooled(config.features.pooling)


def found_array(found: Lookup) -> NDArray[np.floating]:
    """Return kept vectors as an array, shape (n, width)."""
    array: NDArray[np.floating] = found.vectors().numpy()
    return array
