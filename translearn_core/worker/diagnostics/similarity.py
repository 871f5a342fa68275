"""What moved inside: every layer before a training held against every layer after it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.analysis import cka_matrix, stratified_sample
from translearn_core.analysis.similarity.jackknife_cka import FEWEST, JackknifeCka, jackknife_cka
from translearn_core.config import ExperimentConfig, SimilarityConfig, Split, differ_only_in_seed
from translearn_core.errors import ConfigError, TooFewSamplesError
from translearn_core.results import Evaluation, Similarity
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.sentences.similarity_text import SimilarityText
from translearn_core.worker.features import backbone_features, finished, run_features

Layers = list[NDArray[np.floating]]

READING = (Split.TEST, Split.VALIDATION, Split.TRAIN)
"""Which rows are taken first: those the model did not learn from."""


def compute_similarity(context: Context) -> None:
    """Hold the layers of a run's backbone before and after it against each other, on held-out texts."""
    config = context.config
    assert isinstance(config, SimilarityConfig)
    experiment = _experiment(context, config.job)
    if config.sibling is not None and not differ_only_in_seed(
        experiment, _experiment(context, config.sibling)
    ):
        raise ConfigError(
            "sibling", config.sibling, "a run that differs from this one in nothing but the seed"
        )
    rows = chosen_rows(finished(context, config.job), config.rows, config.seed)
    texts = rows["text"].tolist()
    before, after = run_features(context, config.job, texts)
    other = None if config.sibling is None else run_features(context, config.sibling, texts)[1]
    twins = _twins(context, experiment, texts)

    def tell(done: float, total: float) -> None:
        context.report("comparing layers", done, total)

    moved = _diagonal(context, before, after)
    chance = None if other is None else _diagonal(context, after, other)
    floor = _diagonal(context, *twins)
    boundary = experiment.plan.first_trainable_block(len(before) - 1)
    learnt = int((rows["split"] == Split.TRAIN).sum())
    spans = [one.interval for one in moved]
    missing = np.full(len(moved), np.nan)
    artifacts.save(
        context.folder,
        Similarity(
            rows=len(rows),
            boundary=boundary,
            sentence=SimilarityText(len(rows), learnt, boundary, moved, floor, chance).sentences(),
            matrix=cka_matrix(before, after, progress=tell),
            before=cka_matrix(before, before, progress=tell),
            diagonal=_values(moved),
            low=np.asarray([span.low for span in spans]),
            high=np.asarray([span.high for span in spans]),
            sibling=missing if chance is None else _values(chance),
            floor=_values(floor),
        ),
    )


def chosen_rows(evaluation: Evaluation, most: int, seed: int) -> pd.DataFrame:
    """Return different texts to look at: test rows, then validation, filled up from train, `most` in all.

    A text that stands twice would be most alike to itself and count as two; of each split that is not taken
    whole a sample with the shares of its classes is.

    Raises
    ------
    TooFewSamplesError
        If there are fewer than 5 different texts.
    """
    different = evaluation.predictions.drop_duplicates("text")
    parts, room = [], most
    for split in READING:
        mine = different[different["split"] == split]
        labels = mine["label"].factorize()[0]
        taken = mine.iloc[np.sort(stratified_sample(labels, room, seed))] if room and len(mine) else mine[:0]
        parts.append(taken)
        room -= len(taken)
    rows = pd.concat(parts)
    if len(rows) < FEWEST:
        raise TooFewSamplesError(
            f"{len(rows)} different texts are too few to compare layers on: bring at least {FEWEST}."
        )
    return rows


def _experiment(context: Context, job: str) -> ExperimentConfig:
    config = context.store.job(job).config
    if not isinstance(config, ExperimentConfig):
        raise ConfigError("job", job, "a training")
    return config


def _twins(context: Context, experiment: ExperimentConfig, texts: list[str]) -> tuple[Layers, Layers]:
    """Return the layers of two networks of the run's architecture with fresh weights from two seeds."""
    own = experiment.backbone
    # neither is the run's own start, should that have fresh weights too
    first, second = (
        own.model_copy(update={"random_init": True, "fresh_top": 0, "init_seed": own.init_seed + more})
        for more in (1, 2)
    )
    return (
        backbone_features(context, experiment, first, texts),
        backbone_features(context, experiment, second, texts),
    )


def _diagonal(context: Context, before: Layers, after: Layers) -> list[JackknifeCka]:
    found = []
    for layer, (x, y) in enumerate(zip(before, after, strict=True)):
        context.report("how sure each layer is", layer, len(before))
        found.append(jackknife_cka(x, y))
    return found


def _values(found: list[JackknifeCka]) -> NDArray[np.float64]:
    return np.asarray([one.value for one in found])
