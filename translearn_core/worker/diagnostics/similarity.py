"""CKA of every layer before training with every layer after it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis.similarity.cka import (
    MIN_JACKKNIFE_ROWS,
    JackknifeCka,
    cka_matrix,
    jackknife_cka,
)
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.config import Cell, ExperimentConfig, Split, differ_only_in_seed
from translearn_core.config.text_cells import TEXT, TEXT_PAIR, text_cells
from translearn_core.errors import ConfigError, TooFewSamplesError
from translearn_core.jobs import SimilarityConfig
from translearn_core.results import Evaluation, Similarity
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.sentences.similarity_text import SimilarityText
from translearn_core.worker.features import backbone_features, run_features
from translearn_core.worker.run_results import kept_weights, load_evaluation, training_config

Layers = list[NDArray[np.floating]]

SPLIT_ORDER = (Split.TEST, Split.VALIDATION, Split.TRAIN)
"""Order in which splits are sampled: rows the model did not learn from first."""


def compute_similarity(context: Context[SimilarityConfig]) -> None:
    """Compare the layers of a run's backbone before and after training, mostly on held-out texts."""
    config = context.config
    experiment = training_config(context, config.job)
    if config.second_seed_run is not None:
        second = training_config(context, config.second_seed_run)
        if not differ_only_in_seed(experiment, second):
            need = "a run that differs from this one in nothing but the seed"
            raise ConfigError("second_seed_run", config.second_seed_run, need)
    rows = held_out_first(load_evaluation(context, config.job), config.rows, config.seed)
    texts = text_cells(rows)
    before, after = run_features(context, config.job, texts)
    second_seed = (
        None if config.second_seed_run is None else run_features(context, config.second_seed_run, texts)[1]
    )
    random_pair = _random_pair(context, experiment, texts)

    def progress(done: float, total: float) -> None:
        context.report("comparing layers", done, total)

    before_after = _diagonal(context, before, after)
    chance = None if second_seed is None else _diagonal(context, after, second_seed)
    floor = _diagonal(context, *random_pair)
    boundary = kept_weights(context, config.job).first_trainable_block(len(before) - 1)
    n_train = int((rows["split"] == Split.TRAIN).sum())
    estimates = [cka.estimate for cka in before_after]
    noun = experiment.data.row_noun
    text = SimilarityText(len(rows), n_train, boundary, before_after, floor, chance, noun)
    missing = np.full(len(before_after), np.nan)
    artifacts.save(
        context.folder,
        Similarity(
            rows=len(rows),
            boundary=boundary,
            sentence=text.sentences(),
            matrix=cka_matrix(before, after, progress=progress),
            before=cka_matrix(before, before, progress=progress),
            diagonal=_values(before_after),
            low=np.asarray([estimate.low for estimate in estimates]),
            high=np.asarray([estimate.high for estimate in estimates]),
            sibling=missing if chance is None else _values(chance),
            floor=_values(floor),
        ),
    )


def held_out_first(evaluation: Evaluation, limit: int, seed: int) -> pd.DataFrame:
    """Return at most `limit` rows with distinct texts: test rows first, then validation, then training.

    Duplicates would inflate similarity. A split that does not fit is sampled by class.

    Raises
    ------
    TooFewSamplesError
        If there are fewer than 5 different texts.
    """
    predictions = evaluation.predictions
    different = predictions.drop_duplicates([name for name in (TEXT, TEXT_PAIR) if name in predictions])
    parts, room = [], limit
    for split in SPLIT_ORDER:
        rows = different[different["split"] == split]
        labels = rows["label"].factorize()[0]
        chosen = rows.iloc[np.sort(stratified_sample(labels, room, seed))] if room and len(rows) else rows[:0]
        parts.append(chosen)
        room -= len(chosen)
    rows = pd.concat(parts)
    if len(rows) < MIN_JACKKNIFE_ROWS:
        raise TooFewSamplesError(
            f"{len(rows)} different texts are too few to compare layers on: "
            f"bring at least {MIN_JACKKNIFE_ROWS}."
        )
    return rows


def _random_pair(context: Context, experiment: ExperimentConfig, texts: list[Cell]) -> tuple[Layers, Layers]:
    """Return the layers of two randomly initialised networks of the run's architecture."""
    backbone = experiment.backbone
    # neither seed is that of the run, which may itself be randomly initialised
    first, second = (
        backbone.model_copy(
            update={"random_init": True, "reinit_top_layers": 0, "init_seed": backbone.init_seed + k}
        )
        for k in (1, 2)
    )
    return (
        backbone_features(context, experiment, first, texts),
        backbone_features(context, experiment, second, texts),
    )


def _diagonal(context: Context, before: Layers, after: Layers) -> list[JackknifeCka]:
    diagonal = []
    for layer, (x, y) in enumerate(zip(before, after, strict=True)):
        context.report("how sure each layer is", layer, len(before))
        diagonal.append(jackknife_cka(x, y))
    return diagonal


def _values(diagonal: list[JackknifeCka]) -> NDArray[np.float64]:
    return np.asarray([cka.value for cka in diagonal])
