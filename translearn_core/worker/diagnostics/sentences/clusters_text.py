"""Sentences about clusters of texts, and about the rows to label next."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from translearn_core.results import Estimate
from translearn_core.results.diagnostics.few_labels.clustering import Clustering, ColumnAgreement
from translearn_core.results.diagnostics.few_labels.next_rows import NextRows
from translearn_core.results.format import count_noun, join_list, percent

APART, OVERLAPPING = 0.5, 0.25
"""Silhouettes from which clusters lie apart, and below which they overlap (Kaufman & Rousseeuw 1990)."""
STABLE, SHAKY = 0.8, 0.5
"""Mean adjusted Rand indices of samples from which clusters are stable, and below which they are chance."""


def cluster_sentences(result: Clustering, languages: Mapping[int, str] | None = None) -> Clustering:
    """Return the result with its sentences: what was found, how firm it is, and what it agrees with.

    `languages` are those of the clusters that have one.
    """
    groups = "classes" if result.described else "clusters"
    sentences = [
        _found(result),
        *filter(None, (follows_language(languages or {}, len(result.clusters)),)),
        *filter(None, (_silhouette(result.silhouette, groups), _stability(result))),
        *(_agreement(one, groups) for one in result.agreements),
    ]
    return replace(result, sentences=tuple(sentences))


def _found(result: Clustering) -> str:
    count, rows = len(result.clusters), len(result.rows)
    if not count:
        return (
            f"No cluster was found in {count_noun(rows, 'text')}: no place is denser than the rest. Allow "
            "smaller clusters, or use k-means."
        )
    sentence = _number_found(result)
    if result.unclustered:
        share = percent(result.unclustered / rows)
        sentence += f" In none lies {share}: {count_noun(result.unclustered, 'text')} in thin places."
    if not result.tried.empty and count == result.tried["clusters"].max():
        sentence += " It is the largest number tried, and more could fit better: give a number yourself."
    if rows < result.total:
        sentence += f" They are a sample of the {result.total:,} texts of the table."
    return sentence


def _number_found(result: Clustering) -> str:
    """Return a sentence on how many clusters there are, and how large they are."""
    count, texts = len(result.clusters), count_noun(len(result.rows), "text")
    found = (
        f"{texts} fall into {count_noun(count, 'class', 'classes')}"
        if result.described
        else f"{texts} make {count_noun(count, 'cluster')}"
    )
    sizes = result.clusters["rows"]
    largest, smallest = count_noun(int(sizes.max()), "text"), int(sizes.min())
    if result.tried.empty:
        return f"{found}; the largest has {largest}, the smallest {smallest:,}."
    if len(result.tried) == 1:
        return (
            f"{found}, the only number tried of so few texts; the largest has {largest}, the smallest "
            f"{smallest:,}."
        )
    return (
        f"{found}, the number of {len(result.tried)} tried that has the highest silhouette; the largest has "
        f"{largest}, the smallest {smallest:,}."
    )


def follows_language(languages: Mapping[int, str], clusters: int) -> str:
    """Return a sentence if most clusters are in one language each, and not all in the same."""
    if len(set(languages.values())) < 2 or len(languages) <= clusters / 2:
        return ""
    inside, total = f"{len(languages):,}", f"{clusters:,}"
    match Counter(languages.values()).most_common():
        case [(one, first), (two, second)]:
            sentence = (
                f"The clusters follow language: {inside} of {total} are mostly in one "
                f"({first:,} {one} and {second:,} {two})."
            )
        case [(one, first), (two, second), (three, third)]:
            sentence = (
                f"The clusters follow language: {inside} of {total} are mostly in one "
                f"({first:,} {one}, {second:,} {two} and {third:,} {three})."
            )
        case counts:
            named = join_list([f"{count:,} {language}" for language, count in counts])
            sentence = f"The clusters follow language: {inside} of {total} are mostly in one ({named})."
    return f"{sentence} For clusters of topics take the texts of one language, or another backbone."


def _silhouette(value: float, groups: str) -> str:
    if np.isnan(value):
        return ""
    if value >= APART:
        verdict = f"the {groups} lie well apart"
    elif value >= OVERLAPPING:
        verdict = f"the {groups} lie apart, with texts in between"
    else:
        verdict = f"the {groups} run into each other: where one ends is a matter of choice"
    return f"Mean silhouette {_two_digits(value)} (1: apart, 0: on the edge): {verdict}."


def _stability(result: Clustering) -> str:
    values = result.stability
    if result.described or result.clusters.empty:
        return ""
    if not values:
        return "With so few texts in a cluster, samples of them cannot say how stable the clusters are."
    mean = float(np.mean(values))
    if mean >= STABLE:
        verdict = "they are stable"
    elif mean >= SHAKY:
        verdict = "their cores are stable, their edges are not"
    else:
        verdict = "other rows or another seed give other clusters, so do not lean on these"
    return (
        f"Clustered again on samples of the texts with other seeds, the clusters agree to {mean:.2f} (from "
        f"{min(values):.2f} to {max(values):.2f}; adjusted Rand index, 1: the same, 0: chance): {verdict}."
    )


def _agreement(one: ColumnAgreement, groups: str) -> str:
    if not one.rows:
        return f"No text in one of the {groups} has a value of '{one.column}'."
    if one.rand.low > 0:
        verdict = "more than by chance"
    elif one.rand.high < 0:
        verdict = "less than by chance"
    else:
        verdict = "no more than chance would"
    return (
        f"With '{one.column}' the {groups} agree {verdict}, on {count_noun(one.rows, 'text')}: adjusted Rand "
        f"index {_ends(one.rand)}, normalised mutual information {_ends(one.information)}."
    )


def _ends(value: Estimate) -> str:
    number, low, high = map(_two_digits, (value.value, value.low, value.high))
    return f"{number} (95 %: {low} to {high})"


def _two_digits(value: float) -> str:
    """Return a number with a minus sign if it is negative; what rounds to 0 has none."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def next_rows_sentences(result: NextRows, accuracy: Estimate) -> NextRows:
    """Return the result with its sentences: what the choice is made from, and how."""
    sentences = [_labelled(result, accuracy), _method(result.method), *_held_out(result)]
    return replace(result, sentences=tuple(sentences))


def _labelled(result: NextRows, accuracy: Estimate) -> str:
    left = count_noun(result.unlabelled, "different text")
    if not result.classes:
        return f"Without a label: {left}; no text has one yet."
    classes = count_noun(len(result.classes), "class", "classes")
    labelled = (
        count_noun(result.labelled, "training text") if result.split else count_noun(result.labelled, "text")
    )
    sentence = f"Without a label: {left}; with one: {labelled} of {classes}."
    if not np.isnan(accuracy.value):
        sentence += (
            f" A linear probe on the labelled ones is right about {percent(accuracy.value)} of them "
            f"(95 %: {accuracy.percent_range}; cross-validated)."
        )
    return sentence


def _held_out(result: NextRows) -> tuple[str, ...]:
    """Say that nothing of validation and test was used, or that no such rows are known yet."""
    if result.split:
        return (
            "Nothing of validation and test is used or listed: their rows stay there when the labels come "
            "back, and the new ones train.",
        )
    if not result.classes:
        return ()
    return (
        "There are too few labels for a split yet, and some of these rows will be test rows: so no label is "
        "looked at.",
    )


def _method(method: str) -> str:
    return {
        "uncertainty": "Chosen by uncertainty: the highest entropy of the probe's probabilities.",
        "diversity": "Chosen by diversity: spread over the texts, away from the labelled ones (k-means++).",
        "both": "Chosen by uncertainty and diversity: texts that would change the probe most, each in "
        "another way (BADGE, arXiv:1906.03671).",
    }[method]
