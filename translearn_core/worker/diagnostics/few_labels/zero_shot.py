"""Zero-shot classification of a table's test rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import nn

from translearn_core.activations import Compute
from translearn_core.activations.encoder import TOKENS_PER_BATCH
from translearn_core.analysis.few_labels.class_descriptions import Space, spaces
from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import Backbone, load
from translearn_core.backbones.entailment import entailment_index, load_entailment
from translearn_core.config import Cell, FeatureConfig, Split
from translearn_core.config.few_labels.zero_shot import ClassDescription, ZeroShotMethod
from translearn_core.config.text_cells import text_columns
from translearn_core.data import PreparedDataset
from translearn_core.errors import ConfigError, TooFewSamplesError
from translearn_core.inputs.examples import batches_by_cost
from translearn_core.jobs import ZeroShotConfig
from translearn_core.jobs.diagnostics.unlabelled_texts import DescribedClassesConfig
from translearn_core.results.confusion import confusion
from translearn_core.results.diagnostics.few_labels.zero_shot import ZeroShot
from translearn_core.runs import artifacts
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics.sentences.zero_shot_text import alarm_of, zero_shot_sentences
from translearn_core.worker.features import feature_array, layer_lookups

FloatArray = NDArray[np.float64]

NO_LAYER = -1
"""Layer of entailment, which has none."""
MAX_UNLABELLED = 2000
"""Texts without labels that layer and centring are chosen on, at most."""


@dataclass(frozen=True, eq=False)
class Similarities:
    """Similarity of each test row to each class, in the chosen space and, shape (spaces, …), in all."""

    chosen: Space
    every: tuple[Space, ...]
    of_every: tuple[FloatArray, ...]
    n_unlabelled: int

    @property
    def of_chosen(self) -> FloatArray:
        """Similarities in the chosen space, shape (test rows, classes)."""
        return self.of_every[self.every.index(self.chosen)]


def classify_zero_shot(context: Context[ZeroShotConfig]) -> None:
    """Give every test row the class with the nearest description, and score that."""
    config = context.config
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    test = prepared.split_indices(Split.TEST)
    if not len(test):
        raise TooFewSamplesError("The test split has no rows to score: give it a larger share.")
    _check_names(config.classes.descriptions, prepared.classes)
    sentences = config.classes.sentences(prepared.classes)
    method = config.method or (
        ZeroShotMethod.SIMILARITY if entailment_index(config.backbone) is None else ZeroShotMethod.ENTAILMENT
    )
    if method is ZeroShotMethod.ENTAILMENT:
        scores = entailment_logits(context, config, [str(prepared.texts[i]) for i in test], sentences)
        result = _result(config, prepared, method, scores, None)
    else:
        compute = Compute.choose(config.device, config.precision)
        similarities = description_similarities(
            context, load(config.backbone), config.features, compute, prepared, sentences, config.seed
        )
        result = _result(config, prepared, method, similarities.of_chosen, similarities)
    artifacts.save(context.folder, result)


def description_similarities(
    context: Context,
    backbone: Backbone,
    features: FeatureConfig,
    compute: Compute,
    prepared: PreparedDataset,
    sentences: Sequence[str],
    seed: int,
) -> Similarities:
    """Compare test texts with descriptions in every layer, raw and centred, and choose one without labels.

    The choice is by mutual information on training texts, see `class_descriptions.spaces`.
    """
    texts, test = unlabelled_sample(prepared, seed), prepared.split_indices(Split.TEST)
    n_unlabelled = len(texts)
    texts += [*sentences, *(prepared.texts[i] for i in test)]
    encoder = make_encoder(context, backbone, texts, features, compute)
    lookups = layer_lookups(encoder, backbone.info, features.pooling)
    vectors = {layer: feature_array(lookup) for layer, lookup in lookups.items()}
    of_classes = slice(n_unlabelled, n_unlabelled + len(sentences))
    every = tuple(
        spaces(
            {layer: x[:n_unlabelled] for layer, x in vectors.items()},
            {layer: x[of_classes] for layer, x in vectors.items()},
        )
    )
    chosen = max(every, key=lambda space: (space.information, space.layer))
    of_every = tuple(
        space.similarities(vectors[space.layer][of_classes.stop :], vectors[space.layer][of_classes])
        for space in every
    )
    return Similarities(chosen, every, of_every, n_unlabelled)


def unlabelled_sample(prepared: PreparedDataset, seed: int) -> list[Cell]:
    """Draw at most `MAX_UNLABELLED` training texts, and as many of those without a label."""
    train, others = prepared.split_indices(Split.TRAIN), prepared.unlabelled
    of_train, of_others = (
        stratified_sample(np.zeros(count, np.int64), MAX_UNLABELLED, seed)
        for count in (len(train), len(others))
    )
    return [*(prepared.texts[i] for i in train[of_train]), *(others[i] for i in of_others)]


def entailment_logits(
    context: Context,
    config: ZeroShotConfig | DescribedClassesConfig,
    texts: Sequence[str],
    sentences: Sequence[str],
) -> FloatArray:
    """Return the logit with which each text entails each sentence, shape (texts, sentences)."""
    nli = load_entailment(config.backbone)
    nli.check_room(sentences, config.features.token_limit)
    compute = Compute.choose(config.device, config.precision)
    nn.Module.to(nli.model, compute.device)
    cost = np.array([len(nli.tokenizer(text).input_ids) for text in texts], dtype=np.int64)
    cost = np.minimum(cost + 16, config.features.token_limit)  # with a short description
    parts = list(batches_by_cost(cost, TOKENS_PER_BATCH[compute.device.type]))
    scores, done = np.empty((len(texts), len(sentences))), 0
    with compute.inference(nli.model):
        for k, sentence in enumerate(sentences):
            for part in parts:
                context.report("reading texts with descriptions", done, len(texts) * len(sentences))
                batch = [texts[i] for i in part]
                limit = config.features.token_limit
                scores[part, k] = nli.logits(batch, sentence, limit, compute.device).numpy()
                done += len(part)
    return scores


def _check_names(descriptions: Sequence[ClassDescription], classes: Sequence[str]) -> None:
    for description in descriptions:
        if description.name not in classes:
            listed = ", ".join(classes[:20]) + ("" if len(classes) <= 20 else ", …")
            raise ConfigError("description", description.name, f"a class of the table: {listed}")


def _result(
    config: ZeroShotConfig,
    prepared: PreparedDataset,
    method: ZeroShotMethod,
    scores: FloatArray,
    similarities: Similarities | None,
) -> ZeroShot:
    test, target = prepared.split_indices(Split.TEST), prepared.target
    labels = prepared.labels[test]
    metrics = prepared.problem.metrics(target, test, scores, seed=config.seed)
    constant = float(np.bincount(labels).max() / len(labels))
    classes = class_table(labels, scores.argmax(axis=1), target.names)
    classes.insert(1, "description", list(config.classes.sentences(target.names)))
    chosen = None if similarities is None else similarities.chosen
    return ZeroShot(
        method=method,
        template=config.classes.template,
        layer=NO_LAYER if chosen is None else chosen.layer,
        centred=chosen is not None and chosen.centred,
        n_test=len(test),
        n_unlabelled=0 if similarities is None else similarities.n_unlabelled,
        metrics=metrics,
        constant_baseline=constant,
        sentences=zero_shot_sentences(metrics, constant, len(test), classes, chosen, method),
        alarm=alarm_of(metrics, constant),
        classes=classes,
        choices=_choices(similarities, labels),
        predictions=_predictions(prepared, test, scores, target.names),
        backbone=config.backbone.label,
    )


def class_table(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], names: Sequence[str]
) -> pd.DataFrame:
    """Return rows, predictions, precision, recall and F1 of every class; NaN where nothing counts."""
    counts = confusion(labels, predicted, len(names))
    right, rows, given = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {
                "class": list(names),
                "test texts": rows,
                "predicted": given,
                "precision": right / given,
                "recall": right / rows,
                "F1": 2 * right / (rows + given),
            }
        )


def _choices(similarities: Similarities | None, labels: NDArray[np.int64]) -> pd.DataFrame:
    columns = ["layer", "centred", "mutual information", "chosen", "test accuracy"]
    if similarities is None:
        return pd.DataFrame(columns=columns)
    rows = [
        (space.layer, space.centred, space.information, space is similarities.chosen,
         float((similarity.argmax(axis=1) == labels).mean()))
        for space, similarity in zip(similarities.every, similarities.of_every, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _predictions(
    prepared: PreparedDataset, test: NDArray[np.int64], scores: FloatArray, names: Sequence[str]
) -> pd.DataFrame:
    top = scores.argmax(axis=1)
    two = np.sort(scores, axis=1)[:, -2:]
    classes = np.asarray(names, dtype=object)
    return pd.DataFrame(
        {
            "row": prepared.rows[test],
            **text_columns([prepared.texts[i] for i in test]),
            "label": classes[prepared.labels[test]],
            "predicted": classes[top],
            "margin": two[:, 1] - two[:, 0],
        }
    )
