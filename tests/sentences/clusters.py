"""Sentences on clusters of texts, and on the rows to label next."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.plots.cluster_results import make_clustering
from tests.sentences.outcomes import counts, ends, estimates, shares, signed
from tests.sentences.reading import Case, sentence
from translearn_core.results import Estimate
from translearn_core.results.diagnostics.few_labels.clustering import ColumnAgreement
from translearn_core.results.diagnostics.few_labels.next_rows import NextRows
from translearn_core.worker.diagnostics.sentences import clusters_text as texts

Draw = st.DrawFn


@sentence
@st.composite
def clusters_found(draw: Draw) -> Case:
    """How many clusters, how large, and how many texts lie in none."""
    names = tuple(f"name {chr(97 + k)}" for k in range(draw(st.integers(1, 5))))
    rows = draw(st.integers(20, 60))
    result = make_clustering(names, rows)
    tried, sampled, clustered = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    described = draw(st.booleans())
    if described:
        result = replace(result, settings=result.settings | {"clustering": "descriptions"})
    n_tried = draw(st.sampled_from((1, len(result.tried)))) if tried else 0
    result = replace(result, tried=result.tried.iloc[:n_tried])
    if sampled:
        result = replace(result, total=10 * rows)
    if not clustered:
        result = replace(result, clusters=result.clusters.iloc[:0])
        return Case(texts._found(result), [rows], claims={"No cluster was found": True})
    sizes, none = result.clusters["rows"], result.unclustered
    largest = tried and result.tried["clusters"].max() == len(names)
    shown = [rows, len(names), sizes.max(), sizes.min()]
    shown += [n_tried] * (n_tried > 1) + [10 * rows] * sampled + [none, 100 * none / rows]
    return Case(
        texts._found(result),
        shown,
        claims={
            "highest silhouette": n_tried > 1,
            "the only number tried": n_tried == 1,
            "fall into": described,
            "the largest number tried": largest,
            "They are a sample": sampled,
            "In none lies": none > 0,
        },
    )


@sentence
@st.composite
def clusters_of_languages(draw: Draw) -> Case:
    """How many clusters are in one language each."""
    languages = draw(st.dictionaries(st.integers(0, 9), st.sampled_from(("English", "Chinese", "Russian"))))
    clusters = draw(st.integers(max([1, *(k + 1 for k in languages)]), 12))
    counts = Counter(languages.values())
    follows = len(counts) > 1 and len(languages) > clusters / 2
    text = texts.follows_language(languages, clusters)
    shown = [len(languages), clusters, *counts.values()] if follows else []
    return Case(text, shown, claims={"follow language": follows} | {f"\\d {one}": follows for one in counts})


@sentence
@st.composite
def cluster_silhouette(draw: Draw) -> Case:
    """How well clusters lie apart."""
    value, groups = draw(signed), draw(st.sampled_from(("clusters", "classes")))
    return Case(
        texts._silhouette(value, groups),
        [value],
        known=[1, 0],
        claims={
            "well apart": value >= texts.APART,
            "with texts in between": texts.OVERLAPPING <= value < texts.APART,
            "run into each other": value < texts.OVERLAPPING,
            f"the {groups}": True,
        },
    )


@sentence
@st.composite
def cluster_stability(draw: Draw) -> Case:
    """Whether samples give the same clusters."""
    values = tuple(draw(st.lists(shares, max_size=6)))
    result = replace(make_clustering(("a", "b")), stability=values)
    if not values:
        return Case(texts._stability(result), claims={"so few texts in a cluster": True})
    mean = float(np.mean(values))
    return Case(
        texts._stability(result),
        [mean, min(values), max(values)],
        known=[1, 0],
        claims={
            "they are stable": mean >= texts.STABLE,
            "their cores are stable": texts.SHAKY <= mean < texts.STABLE,
            "do not lean on these": mean < texts.SHAKY,
        },
    )


@sentence
@st.composite
def clusters_and_column(draw: Draw) -> Case:
    """Whether clusters agree with a column more than by chance."""
    groups = draw(st.sampled_from(("clusters", "classes")))
    rows, rand, information = draw(st.just(0) | counts), draw(estimates()), draw(estimates(shares))
    one = ColumnAgreement("topic", rows, rand, information)
    if not rows:
        return Case(texts._agreement(one, groups), claims={f"No text in one of the {groups}": True})
    shown = [rows, rand.value, *ends(rand, 1), information.value, *ends(information, 1)]
    return Case(
        texts._agreement(one, groups),
        shown,
        claims={
            f"the {groups} agree more than by chance": rand.low > 0,
            "agree less than by chance": rand.high < 0,
            "no more than chance": rand.low <= 0 <= rand.high,
        },
    )


@sentence
@st.composite
def labels_there_are(draw: Draw) -> Case:
    """How many texts have a label, how many are left, and how good the probe is."""
    labelled, left, classes = draw(counts), draw(counts), draw(st.integers(0, 5))
    known = draw(st.booleans())
    accuracy = draw(estimates(shares)) if known else Estimate(np.nan, np.nan, np.nan)
    split = draw(st.booleans())
    result = NextRows((), "both", labelled, left, tuple("abcde"[:classes]), pd.DataFrame(), split)
    shown = [left]
    if classes:
        shown += [labelled, classes]
        shown += [100 * accuracy.value, *ends(accuracy)] if known else []
    return Case(
        texts._labelled(result, accuracy),
        shown,
        claims={
            "no text has one yet": not classes,
            "linear probe": bool(classes) and known,
            "training text": bool(classes) and split,
        },
    )
