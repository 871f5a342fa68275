"""Linear probing of every layer of a run: pretrained, fine-tuned and randomly initialised."""

from collections.abc import Callable
from dataclasses import astuple, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translearn_core.analysis.intervals import Clusters, mean_interval, row_score_interval
from translearn_core.analysis.linear_models import LINEAR_MODELS
from translearn_core.analysis.probing.class_scorer import ClassScorer
from translearn_core.analysis.probing.control_tasks import control_labels, word_types
from translearn_core.analysis.probing.cross_validation import assign_folds
from translearn_core.analysis.probing.label_scorer import LabelScorer
from translearn_core.analysis.probing.layer_map import Layers
from translearn_core.analysis.probing.layer_probing import LayerScorer, probe_layers
from translearn_core.analysis.probing.number_scorer import NumberScorer
from translearn_core.analysis.probing.online_code import online_code
from translearn_core.config import Cell, ExperimentConfig, ProblemType, Split
from translearn_core.config.text_cells import joined, text_cells
from translearn_core.errors import TooFewSamplesError
from translearn_core.jobs import LENGTH, ProbeConfig
from translearn_core.jobs.spec import CLASSES
from translearn_core.results import Estimate, Evaluation, ProbeScores
from translearn_core.runs import artifacts
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.label_sets.metrics import choose_thresholds, macro_f1_interval
from translearn_core.tasks.numbers.metrics import pearson_interval
from translearn_core.tasks.predictions import predictions_target, sentence_clusters
from translearn_core.tasks.problem import Outputs
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.diagnostics import probe_targets
from translearn_core.worker.diagnostics.sentences.probing_text import sentences
from translearn_core.worker.features import VARIANTS, backbone_features, layer_features, text_groups
from translearn_core.worker.run_results import load_evaluation, training_config

RANDOM_INIT = "random init"
"""Variant with random weights: the effect of the architecture and the words alone."""

THRESHOLD_FOLDS = 3
"""Folds of the training rows, on one of which the thresholds of TF-IDF are chosen."""

IntArray = NDArray[np.int64]


def probe(context: Context[ProbeConfig]) -> None:
    """Probe every layer of a run, with control tasks and a TF-IDF baseline.

    Augmented copies are not used. Equal texts stay in one fold.
    """
    config = context.config
    experiment = training_config(context, config.job)
    evaluation = load_evaluation(context, config.job)
    index, trained = layer_features(context, config.job, evaluation)
    target = _target(context, experiment, evaluation, index, config.target)
    rows = evaluation.predictions.iloc[index]
    train, test = (
        np.flatnonzero((rows["split"] == str(split)) & target.known) for split in (Split.TRAIN, Split.TEST)
    )
    if not len(test):
        raise TooFewSamplesError(f"No test row has a value in {target.name!r}: probe for another column.")
    texts = text_cells(rows)
    features = _variants(context, config, experiment, trained, texts)
    scores = _probe(context, target, features, texts, train, test, sentence_clusters(rows))
    if target.encoded.problem in CLASSES:
        scores = replace(scores, **_code_lengths(context, features, target.encoded.values, train))
    types = word_types([joined(text, " ") for text in texts])
    recurring = int(np.isin(types[test], types[train]).sum())
    scores = replace(scores, target=target.name)
    noun = experiment.data.row_noun
    summary = sentences(scores, label=config.target is None, recurring=recurring, noun=noun)
    artifacts.save(context.folder, replace(scores, sentences=summary))


def _probe(
    context: Context[ProbeConfig],
    target: probe_targets.ProbeTarget,
    features: dict[str, Layers],
    texts: list[Cell],
    train: IntArray,
    test: IntArray,
    clusters: Clusters,
) -> ProbeScores:
    """Probe every layer for the target, with control tasks and the TF-IDF baseline."""
    config, encoded = context.config, target.encoded
    context.report("the word-count baseline")
    tfidf = _tfidf_score(encoded, texts, train, test, clusters, seed=config.seed)
    strings = [joined(text, " ") for text in texts]
    controls = [
        control_labels(strings, encoded.values[train], seed=config.seed + k)
        for k in range(config.control_tasks)
    ]
    return probe_layers(
        features,
        encoded.values,
        train,
        test,
        scorer=_SCORERS[encoded.problem](encoded, clusters),
        tfidf=tfidf,
        strata=PROBLEMS[encoded.problem].strata(encoded),
        controls=np.stack(controls) if controls else None,
        control_types=word_types(strings),
        groups=text_groups(texts),
        folds=config.folds,
        seed=config.seed,
        progress=lambda done, total: context.report("probing layers", done, total),
    )


_SCORERS: dict[ProblemType, Callable[[Target, Clusters], LayerScorer]] = {
    ProblemType.SINGLE_LABEL: lambda _, clusters: ClassScorer(clusters),
    ProblemType.MULTI_LABEL: lambda target, _: LabelScorer(target),
    ProblemType.REGRESSION: lambda *_: NumberScorer(),
    ProblemType.TOKENS: lambda _, clusters: ClassScorer(clusters),
}
"""Probes of a target of each problem type."""


def _tfidf_score(
    target: Target, texts: list[Cell], train: IntArray, test: IntArray, clusters: Clusters, *, seed: int
) -> Estimate:
    """Return the test score of TF-IDF: accuracy, macro-F1 of labels or correlation of numbers."""

    def predict(learned: IntArray, rows: IntArray) -> Outputs:
        known, others = ([texts[i] for i in index] for index in (learned, rows))
        return LINEAR_MODELS[target.problem].predict_tfidf(known, target.select(learned), others, seed=seed)

    outputs, true = predict(train, test), target.values[test]
    if target.problem is ProblemType.REGRESSION:
        return pearson_interval(true, outputs[:, 0].astype(np.float64))
    if target.problem is ProblemType.MULTI_LABEL:
        strata = PROBLEMS[target.problem].strata(target)
        held_out = assign_folds(strata[train], THRESHOLD_FOLDS, seed) == 0
        of_held_out = predict(train[~held_out], train[held_out])
        return macro_f1_interval(
            true, outputs >= choose_thresholds(target.values[train[held_out]], of_held_out)
        )
    return row_score_interval(outputs.argmax(axis=1) == true, None if clusters is None else clusters[test])


def _code_lengths(
    context: Context[ProbeConfig], features: dict[str, Layers], labels: IntArray, train: IntArray
) -> dict[str, Any]:
    """Return the fields of `ProbeScores` about the online code of the training labels."""
    if not context.config.code_orders:
        return {}
    code = online_code(
        {variant: [layer[train] for layer in layers] for variant, layers in features.items()},
        labels[train],
        orders=context.config.code_orders,
        seed=context.config.seed,
        progress=lambda done, total: context.report("measuring code lengths", done, total),
    )
    intervals = np.apply_along_axis(lambda bits: astuple(mean_interval(bits)), 2, code.bits)
    names = {"code_low": intervals[..., 1], "code_high": intervals[..., 2]}
    return {"code_bits": code.bits.mean(axis=2), **names, "uniform_bits": code.uniform}


def _target(
    context: Context, experiment: ExperimentConfig, evaluation: Evaluation, index: IntArray, name: str | None
) -> probe_targets.ProbeTarget:
    rows = evaluation.predictions.iloc[index]
    if name is None or name == experiment.data.label:
        encoded = predictions_target(evaluation, rows)
        return probe_targets.ProbeTarget(experiment.data.label, encoded, np.ones(len(rows), dtype=bool))
    if name == LENGTH:
        return probe_targets.lengths(text_cells(rows))
    table = load_table(context.store.workspace, experiment.data.dataset)
    return probe_targets.column(table, experiment.data, rows, name)


def _variants(
    context: Context,
    config: ProbeConfig,
    experiment: ExperimentConfig,
    trained: dict[str, Layers],
    texts: list[Cell],
) -> dict[str, Layers]:
    """Return the features of every probed variant.

    A run from scratch has no pretrained one, a linear probe no fine-tuned one.
    """
    before, after = VARIANTS
    if experiment.fitted_at_once:
        trained = {before: trained[before]}
    if experiment.backbone.random_init:
        return {RANDOM_INIT: trained[before], after: trained[after]}
    if not config.random_init_baseline:
        return trained
    twin = experiment.backbone.model_copy(
        update={"random_init": True, "reinit_top_layers": 0, "init_seed": config.seed}
    )
    return {**trained, RANDOM_INIT: backbone_features(context, experiment, twin, texts)}
