"""Probe every layer of a finished run: as it came, after training, and with fresh weights."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis import control_labels, probe_layers, tfidf_logistic_regression, word_types
from translearn_core.analysis.probing.linear_probe import Layers
from translearn_core.config import LENGTH, ExperimentConfig, ProbeConfig, Split
from translearn_core.data.normalisation import text_key
from translearn_core.errors import TooFewSamplesError
from translearn_core.results import Evaluation
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.diagnostics import probe_targets
from translearn_core.worker.diagnostics.sentences.probing_text import sentences
from translearn_core.worker.features import (
    VARIANTS,
    backbone_features,
    class_indices,
    finished,
    layer_features,
)

FRESH = "random init"
"""The variant with fresh weights: what the architecture and the words alone give."""

IntArray = NDArray[np.int64]


def probe(context: Context) -> None:
    """Probe every layer of a run, beside control tasks.

    Rows are those of the table; altered copies, which only learned, are not among them. Texts that are the
    same stay in one fold.
    """
    config = context.config
    assert isinstance(config, ProbeConfig)
    experiment = context.store.job(config.job).config
    assert isinstance(experiment, ExperimentConfig)
    evaluation = finished(context, config.job)
    index, trained = layer_features(context, config.job, evaluation)
    asked = _asked(context, experiment, evaluation, index, config.about)
    rows = evaluation.predictions.iloc[index]
    train, test = (
        np.flatnonzero((rows["split"] == str(split)) & asked.known) for split in (Split.TRAIN, Split.TEST)
    )
    if not len(test):
        raise TooFewSamplesError(f"No test row has a value in {asked.name!r}: probe for another column.")
    texts = rows["text"].tolist()
    features = _variants(context, config, experiment, trained, texts)
    context.report("the word-count baseline")
    accuracy, interval, _ = tfidf_logistic_regression(
        [texts[i] for i in train], asked.labels[train], [texts[i] for i in test], asked.labels[test],
        seed=config.seed,
    )  # fmt: skip
    types = word_types(texts)
    controls = [
        control_labels(texts, asked.labels[train], seed=config.seed + k) for k in range(config.controls)
    ]
    scores = probe_layers(
        features,
        asked.labels,
        train,
        test,
        tfidf=(accuracy, interval),
        controls=np.stack(controls) if controls else None,
        control_types=types,
        groups=_same_texts(texts, train),
        folds=config.folds,
        seed=config.seed,
        progress=lambda done, total: context.report("probing layers", done, total),
    )
    recurring = int(np.isin(types[test], types[train]).sum())
    scores = replace(scores, target=asked.name)
    said = sentences(scores, label=config.about is None, recurring=recurring)
    artifacts.save(context.folder, replace(scores, sentences=said))


def _asked(
    context: Context, experiment: ExperimentConfig, evaluation: Evaluation, index: IntArray, name: str | None
) -> probe_targets.ProbeTarget:
    rows = evaluation.predictions.iloc[index]
    if name is None or name == experiment.data.label:
        labels = class_indices(evaluation, rows["label"])
        return probe_targets.ProbeTarget(
            experiment.data.label, labels, np.ones(len(labels), dtype=bool), evaluation.classes
        )
    if name == LENGTH:
        return probe_targets.lengths(rows["text"].tolist())
    table = load_table(context.store.workspace, experiment.data.dataset)
    return probe_targets.column(table, experiment.data, rows, name)


def _variants(
    context: Context,
    config: ProbeConfig,
    experiment: ExperimentConfig,
    trained: dict[str, Layers],
    texts: list[str],
) -> dict[str, Layers]:
    """Return the features of every model that is probed; a run from scratch has no pretrained one."""
    before, after = VARIANTS
    if experiment.backbone.random_init:
        return {FRESH: trained[before], after: trained[after]}
    if not config.fresh:
        return trained
    twin = experiment.backbone.model_copy(
        update={"random_init": True, "fresh_top": 0, "init_seed": config.seed}
    )
    return {**trained, FRESH: backbone_features(context, experiment, twin, texts)}


def _same_texts(texts: list[str], train: IntArray) -> IntArray | None:
    """Number the texts, the same for those that are the same; None where no training text comes twice."""
    found = np.unique([text_key(text) for text in texts], return_inverse=True)[1].astype(np.int64)
    return found if len(np.unique(found[train])) < len(train) else None
