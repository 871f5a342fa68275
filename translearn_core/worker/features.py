"""Pooled layer features of a finished run's texts, before and after training."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.activations import Compute, Encoder, Lookup
from translearn_core.analysis.probing.layer_map import Layers
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import Backbone, load
from translearn_core.config import BackboneConfig, Cell, ExperimentConfig, Pooling
from translearn_core.config.text_cells import text_cells
from translearn_core.errors import ConfigError
from translearn_core.results import BackboneInfo, Evaluation
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.normalisation import cell_key
from translearn_core.tasks.predictions import predictions_target
from translearn_core.transfer import load_fine_tuned
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.run_results import kept_weights, training_config

VARIANTS = ("pretrained", "fine-tuned")
MAX_TEXTS = 20_000
"""Largest sample of texts that all layers are analysed on."""
MAX_TEXTS_ONE_LAYER = 200_000
"""Largest sample of texts that a single layer is analysed on."""


def analysis_sample(evaluation: Evaluation, limit: int = MAX_TEXTS) -> NDArray[np.int64]:
    """Return the row positions of a stratified sample of at most `limit` predictions, sorted."""
    index: NDArray[np.int64] = np.sort(
        stratified_sample(strata(evaluation, evaluation.predictions), limit, 0)
    )
    return index


def text_groups(texts: Sequence[Cell]) -> NDArray[np.int64]:
    """Number texts or pairs, equal normalised ones alike, for grouped cross-validation."""
    return np.unique([cell_key(text) for text in texts], return_inverse=True)[1].astype(np.int64)


def strata(evaluation: Evaluation, rows: pd.DataFrame) -> NDArray[np.int64]:
    """Number rows of predictions by split and stratum of the label, for stratified sampling."""
    target = predictions_target(evaluation, rows)
    strata = PROBLEMS[target.problem].strata(target)
    groups = rows["split"].groupby([rows["split"].to_numpy(), strata], sort=False)
    return np.asarray(groups.ngroup(), dtype=np.int64)


def label_groups(evaluation: Evaluation, rows: pd.DataFrame) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the class of each row's label, or the range of values it lies in, and the names of these."""
    target = predictions_target(evaluation, rows)
    problem = PROBLEMS[target.problem]
    return problem.strata(target), problem.stratum_names(target)


def layer_features(
    context: Context, job: str, evaluation: Evaluation
) -> tuple[NDArray[np.int64], dict[str, Layers]]:
    """Return pooled features of every layer, pretrained and fine-tuned, for the run's analysis sample.

    Cached activations are reused, the rest is computed and cached. Returns the row positions, shape (n,), and
    for each variant one array of shape (n, width) per layer, float16 or float32. Layers up to the boundary,
    which did not change, are the same object in both.
    """
    index = analysis_sample(evaluation)
    texts = text_cells(evaluation.predictions.iloc[index])
    before, after = run_features(context, job, texts)
    return index, {VARIANTS[0]: before, VARIANTS[1]: after}


def one_layer(
    context: Context, job: str, evaluation: Evaluation, layer: int, limit: int = MAX_TEXTS_ONE_LAYER
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.floating]]]:
    """Return pooled features of one layer, pretrained and fine-tuned, for all of the run's texts.

    As `layer_features`, for at most `limit` texts; holds two arrays in memory, not two per layer.

    Raises
    ------
    ConfigError
        If there is no such layer.
    """
    index = analysis_sample(evaluation, limit)
    before, after = _run_lookups(context, job, text_cells(evaluation.predictions.iloc[index]))
    if not 0 <= layer < len(before):
        raise ConfigError("layer", layer, f"a layer from 0 to {len(before) - 1}")
    first = feature_array(before[layer])
    last = first if after[layer] is before[layer] else feature_array(after[layer])
    return index, {VARIANTS[0]: first, VARIANTS[1]: last}


def run_features(
    context: Context, job: str, texts: Sequence[Cell]
) -> tuple[list[NDArray[np.floating]], list[NDArray[np.floating]]]:
    """Return pooled features of every layer for any texts, before and after a run (see `layer_features`)."""
    before, after = _run_lookups(context, job, texts)
    first = [feature_array(lookup) for lookup in before]
    last = [x if b is a else feature_array(a) for x, b, a in zip(first, before, after, strict=True)]
    return first, last


def _run_lookups(context: Context, job: str, texts: Sequence[Cell]) -> tuple[list[Lookup], list[Lookup]]:
    """Compute or look up every layer's pooled features, before and after a run."""
    config = training_config(context, job)
    before = _pooled(context, config, load(config.backbone), texts)
    n_blocks = len(before) - 1
    boundary = kept_weights(context, job).first_trainable_block(n_blocks)
    if boundary == n_blocks:
        return before, before
    trained = load_fine_tuned(context.store.workspace.run(job)).model.loaded_backbone
    unchanged = boundary + 1  # layer k is the input of block k
    return before, before[:unchanged] + _pooled(context, config, trained, texts)[unchanged:]


def pretrained_twin(backbone: BackboneConfig) -> BackboneConfig:
    """Return a backbone with its pretrained weights; the bundled one in place of TF-IDF."""
    if backbone.is_tfidf:
        return BackboneConfig()
    return backbone.model_copy(update={"random_init": False, "reinit_top_layers": 0, "init_seed": 0})


def backbone_features(
    context: Context, config: ExperimentConfig, backbone: BackboneConfig, texts: Sequence[Cell]
) -> list[NDArray[np.floating]]:
    """Return pooled features of every layer of a backbone before training, shape (texts, width).

    Pooling, token limit, device and precision are those of the run `config`.
    """
    return [feature_array(lookup) for lookup in _pooled(context, config, load(backbone), texts)]


def _pooled(
    context: Context, config: ExperimentConfig, backbone: Backbone, texts: Sequence[Cell]
) -> list[Lookup]:
    compute = Compute.choose(config.training.device, config.training.precision)
    encoder = make_encoder(context, backbone, texts, config.features, compute)
    return encoder.pooled(config.features.pooling)


def layer_lookups(encoder: Encoder, info: BackboneInfo, pooling: Pooling) -> dict[int, Lookup]:
    """Return the accessible layers of a frozen backbone by number: all, or the last one alone."""
    if info.supports_partial_forward:
        return dict(enumerate(encoder.pooled(pooling)))
    return {info.n_blocks: encoder.last_layer(pooling)}


def feature_array(lookup: Lookup) -> NDArray[np.floating]:
    """Return cached vectors as an array, shape (n, width)."""
    array: NDArray[np.floating] = lookup.vectors().numpy()
    return array
