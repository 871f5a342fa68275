"""Names of clusters by their words: class-based TF-IDF (c-TF-IDF)."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from translearn_core.analysis.term_analyzer import names_something, shown
from translearn_core.analysis.tfidf import MOST_TERMS, tfidf_vectorizer
from translearn_core.config.text_cells import Cell, sides_of

IntArray = NDArray[np.int64]

WORDS, IN_NAME = 10, 3
"""Words listed for a cluster, and those in its name."""
MORE_OFTEN = 2.0
"""How many times as frequent a word must be in its cluster as in the others; leaves out "the" and "的"."""
FEWEST_TEXTS = 2
"""Texts of a cluster that must use a word."""


COMMON = 0.15
"""Share of a cluster's texts from which a word is one of its language's function words, such as "the"."""


def cluster_words(
    texts: Sequence[Cell], cluster: IntArray, alone: Collection[int] = ()
) -> list[tuple[str, ...]]:
    """Return the words that set each cluster apart, strongest first; none for one without such words.

    A word's weight is its share of the cluster's words times log(1 + A / f), with f its number of uses in all
    clusters and A the mean number of words of a cluster. Words count only if they are at least `MORE_OFTEN`
    times as frequent in the cluster as elsewhere, in place of lists of stop words, which few languages have.
    Where a script has no blanks between words, pairs of characters stand for words.

    Parameters
    ----------
    texts : sequence of str, or of pairs of str
    cluster : int array, shape (texts,)
        From 0; texts in no cluster (-1) count as elsewhere.
    alone : collection of int
        Clusters whose language no other cluster has. All words of a language are more frequent there than
        elsewhere, so that words that more than 15 % of the texts use are left out.

    References
    ----------
    Grootendorst (2022), BERTopic, arXiv:2203.05794.
    """
    clusters = int(cluster.max(initial=-1)) + 1
    analyse = tfidf_vectorizer().build_analyzer()
    terms_of = [
        [term for side in sides_of(text) for term in analyse(side) if names_something(term)] for text in texts
    ]
    if not clusters or not any(terms_of):
        return [()] * clusters
    counter = CountVectorizer(analyzer=_as_it_is, max_features=MOST_TERMS)
    counts = counter.fit_transform(terms_of)
    names = counter.get_feature_names_out()
    group = np.where(cluster < 0, clusters, cluster)
    members = csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))))
    uses = np.asarray((members @ counts).todense(), dtype=np.float64)
    users = np.asarray((members @ (counts > 0)).todense())
    of_term, of_group = uses.sum(axis=0), uses.sum(axis=1, keepdims=True)
    share = uses / np.maximum(of_group, 1)
    elsewhere = (of_term - uses) / np.maximum(of_group.sum() - of_group, 1)
    weight = share * np.log1p(uses.sum() / len(uses) / of_term)
    weight[(share < MORE_OFTEN * elsewhere) | (users < FEWEST_TEXTS)] = 0
    members_of = np.bincount(group, minlength=len(weight))
    for k in alone:
        weight[k, users[k] > COMMON * members_of[k]] = 0
    best = np.argsort(-weight[:clusters], axis=1, kind="stable")[:, :WORDS]
    return [
        tuple(shown(str(names[term])) for term in line if weight[k, term] > 0) for k, line in enumerate(best)
    ]


def distinct_names(words: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return a name for each cluster from its first words, with a number where two would be alike."""
    names = [", ".join(one[:IN_NAME]) or f"cluster {k + 1}" for k, one in enumerate(words)]
    repeated = {name for name, count in Counter(names).items() if count > 1}
    return tuple(f"{name} ({k + 1})" if name in repeated else name for k, name in enumerate(names))


def _as_it_is(terms: list[str]) -> list[str]:
    return terms
