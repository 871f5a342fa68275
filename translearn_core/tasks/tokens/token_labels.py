"""Token labels: each word of a sentence has one class, such as its part of speech or an entity's tag."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config import DataConfig, ProblemType, Split, TargetConfig
from translearn_core.config.text_cells import POSITION, SENTENCE
from translearn_core.results import Estimate, Finding, Severity
from translearn_core.results.findings import by_part, finding
from translearn_core.results.format import count_noun, percent, quote
from translearn_core.tasks.classes.checks import UNBALANCED, class_caveats, class_findings
from translearn_core.tasks.classes.encoding import encode
from translearn_core.tasks.classes.single_label import SingleLabel
from translearn_core.tasks.problem import FloatArray, IntArray, Outputs
from translearn_core.tasks.splits import TRAIN
from translearn_core.tasks.target import Target
from translearn_core.tasks.tokens.metrics import (
    accuracy,
    class_counts,
    entity_counts,
    entity_scores,
    macro_f1,
    sentence_bootstrap,
)
from translearn_core.tasks.tokens.tags import OUTSIDE, are_entity_tags, entity_type, sentence_numbers, to_iob2

TOKEN_ACCURACY, MACRO_F1 = "token_accuracy", "macro_f1"
ENTITY_METRICS = "entity_f1", "entity_precision", "entity_recall"
MOSTLY_OUTSIDE = 0.5
"""Share of words outside of entities above which token accuracy misleads."""


class TokenLabels(SingleLabel):
    """One class per word; a target also holds the words, and the sentence of each.

    Entities have metrics of their own where the classes are their tags.
    """

    type = ProblemType.TOKENS
    row_metric = TOKEN_ACCURACY
    constant_name = "most-frequent-tag baseline"

    @staticmethod
    def encode(
        cells: "pd.Series[str]", rows: pd.DataFrame, config: TargetConfig, data: DataConfig
    ) -> tuple[Target, list[Finding]]:
        """Encode tags as class indices; those of entities are read as IOB2. See `Problem.encode`."""
        sentence = sentence_numbers(rows[SENTENCE].tolist(), rows[POSITION].to_numpy(dtype=np.int64))
        findings: list[Finding] = []
        tags = cells.str.strip()
        if are_entity_tags(tags.unique().tolist()):
            converted = pd.Series(to_iob2(tags.tolist(), sentence), index=cells.index, dtype=object)
            findings += _scheme_findings(tags, converted, rows, config.column)
            cells = converted
        target, others = encode(cells, rows, config, data)
        return with_sentences(target, rows), [*findings, *others]

    @staticmethod
    def findings(target: Target, split: IntArray) -> list[Finding]:
        """Report unbalanced classes; of entities, unbalanced types.

        Most words are outside of any entity, which is no reason to weigh classes.
        """
        if not are_entity_tags(target.names):
            return class_findings(target, split)
        others = [one for one in class_findings(target, split) if one.code != "imbalance"]
        return [*others, *_type_findings(target, split)]

    @staticmethod
    def caveats(counts: pd.DataFrame) -> list[str]:
        """Warn of unbalanced classes; of entities, that most words are outside of any."""
        if not are_entity_tags(counts["label"].tolist()):
            return class_caveats(counts)
        rows = counts.set_index("label")[str(Split.TEST)]
        share = rows.get(OUTSIDE, 0) / max(1, rows.sum())
        if share <= MOSTLY_OUTSIDE:
            return []
        return [
            f"{percent(share)} of the test words are outside of any entity, so a model that finds none has "
            "that token accuracy: read entity F1."
        ]

    def metrics(
        self, target: Target, rows: IntArray, outputs: Outputs, *, seed: int = 0
    ) -> dict[str, Estimate]:
        """Return token accuracy, macro-F1 and the metrics of entities, with intervals over sentences."""
        words, tags = self._counts(target, rows, outputs)
        correct = target.values[rows] == outputs.argmax(axis=1)
        values = {TOKEN_ACCURACY: Estimate.clustered_share(correct, target.clusters(rows))}
        (values[MACRO_F1],) = sentence_bootstrap(words, (macro_f1,), seed=seed)
        if tags is not None:
            of_entities = [lambda sums, k=k: entity_scores(sums)[..., k] for k in range(len(ENTITY_METRICS))]
            estimates = sentence_bootstrap(tags, of_entities, seed=seed)
            values |= dict(zip(ENTITY_METRICS, estimates, strict=True))
        return values

    def point_metrics(self, target: Target, rows: IntArray, outputs: Outputs) -> dict[str, float]:
        """Return the same metrics without intervals."""
        words, tags = self._counts(target, rows, outputs)
        sums = words.sum(axis=0)
        values = {TOKEN_ACCURACY: float(accuracy(sums)), MACRO_F1: float(macro_f1(sums))}
        if tags is not None:
            values |= dict(zip(ENTITY_METRICS, entity_scores(tags.sum(axis=0)).tolist(), strict=True))
        return values

    def _counts(
        self, target: Target, rows: IntArray, outputs: Outputs
    ) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
        """Return the counts of classes, and of entities if there are any, by sentence."""
        assert target.sentence is not None
        order = np.argsort(rows, kind="stable")
        labels, predicted = target.values[rows[order]], outputs.argmax(axis=1)[order]
        sentence = np.unique(target.sentence[rows[order]], return_inverse=True)[1]
        words = class_counts(labels, predicted, sentence, len(target.names))
        if not are_entity_tags(target.names):
            return words, None
        names = np.asarray(target.names, dtype=object)
        return words, entity_counts(names[labels].tolist(), names[predicted].tolist(), sentence)

    def constant_baseline(self, target: Target, train: IntArray, rows: IntArray) -> FloatArray:
        """Return all probability on the most frequent class of each word among the training rows.

        A word that is none of theirs gets the class that is most frequent in all of them.
        """
        assert target.words is not None
        codes, distinct = pd.factorize(np.char.lower(target.words.astype(str)))
        counts = np.zeros((len(distinct), len(target.names)), dtype=np.int64)
        np.add.at(counts, (codes[train], target.values[train]), 1)
        usual = np.bincount(target.values[train], minlength=len(target.names)).argmax()
        chosen = np.where(counts.any(axis=1), counts.argmax(axis=1), usual)
        return np.asarray(np.eye(len(target.names))[chosen[codes[rows]]])

    def describe(self, names: Sequence[str]) -> str:
        """Name the number of classes."""
        what = "entities in a sentence" if are_entity_tags(names) else "each word of a sentence"
        return f"Labels {what} with one of {len(names)} tags."

    def limits(self) -> list[str]:
        """Return limits of classes, of probabilities and of words."""
        return [
            *super().limits(),
            "It labels words as they are split in its training data; other splitting gives other labels.",
        ]


def with_sentences(target: Target, rows: pd.DataFrame) -> Target:
    """Return the target with the words of `rows`, and the number of the sentence of each."""
    sentence = sentence_numbers(rows[SENTENCE].tolist(), rows[POSITION].to_numpy(dtype=np.int64))
    return replace(target, words=rows["text"].to_numpy(dtype=object), sentence=sentence)


def _type_findings(target: Target, split: IntArray) -> list[Finding]:
    """Report types of entities of which train has many times fewer than of another."""
    counts = np.bincount(target.values[split == TRAIN], minlength=len(target.names)).tolist()
    begins = (k for k, name in enumerate(target.names) if name.startswith("B-"))
    present = {entity_type(target.names[k]): counts[k] for k in begins if counts[k]}
    if not present:
        return []
    most, fewest = max(present, key=present.__getitem__), min(present, key=present.__getitem__)
    ratio = present[most] / present[fewest]
    if ratio < UNBALANCED:
        return []
    sentence = (
        f"Types of entities are unbalanced: {quote(most)} has "
        f"{count_noun(present[most], 'entity', 'entities')} in train, {quote(fewest)} "
        f"{present[fewest]:,}, {ratio:.1f} times fewer."
    )
    advice = "Read the scores of each tag beside entity F1, which speaks mostly of the common types."
    return [finding("unbalanced-entities", Severity.DETECTED, sentence, advice=advice)]


def _scheme_findings(
    tags: "pd.Series[str]", converted: "pd.Series[str]", rows: pd.DataFrame, column: str
) -> list[Finding]:
    """Report that tags of entities were found, and those that were read as others."""
    findings = [
        finding(
            "entity-tags",
            Severity.DETECTED,
            f"The tags in {quote(column)} mark entities by prefixes (IOB2), so entities are scored too.",
        )
    ]
    changed = (tags != converted).to_numpy()
    for where, numbers in by_part(rows, changed):
        first = int(np.flatnonzero(changed)[0])
        sentence = (
            f"{count_noun(len(numbers), 'tag')}{where} of another scheme were read as IOB2, where an entity "
            f"begins with B: {quote(tags.iloc[first])} in row {rows['row'].iloc[first]:,} as "
            f"{quote(converted.iloc[first])}."
        )
        findings.append(finding("entity-scheme", Severity.FIXED, sentence, numbers))
    return findings
