"""TF-IDF of pairs: (u, v, |u − v|, u · v), and what one text alone cannot tell."""

import numpy as np

from translearn_core.analysis.tfidf import TfidfClassifier, tfidf_logistic_regression

COLOURS = ("red", "green", "blue", "white")
PAIRS = [(f"a {a} house", f"the {b} house") for a in COLOURS for b in COLOURS for _ in range(6)]
SAME = np.array([a.split()[1] == b.split()[1] for a, b in PAIRS], dtype=np.int64)


def test_vectors_join_those_of_the_texts() -> None:
    model = TfidfClassifier.fit(PAIRS, SAME, 2, seed=0)
    u, v = (model.vectors(list(side)).toarray() for side in zip(*PAIRS, strict=True))
    expected = np.hstack([u, v, np.abs(u - v), u * v])
    np.testing.assert_allclose(model.vectors(PAIRS).toarray(), expected, atol=1e-7)
    assert model.weight.shape == (2, 4 * len(model.terms))


def test_both_texts_tell_what_one_alone_does_not() -> None:
    both = tfidf_logistic_regression(PAIRS, SAME, PAIRS, seed=0)
    assert (both == SAME).all()
    for side in zip(*PAIRS, strict=True):
        assert tfidf_logistic_regression(list(side), SAME, list(side), seed=0).max() == 0  # the majority
