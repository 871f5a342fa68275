"""TF-IDF of pairs: (u, v, |u − v|, u · v), and what one text alone cannot tell."""

import numpy as np

from translearn_core.analysis.tfidf import TfidfClassifier, tfidf_logistic_regression

COLOURS = ("red", "green", "blue", "white")
PAIRS = [
    (f"a {a} house in {k}{a}", f"the {b} house of {k}{b}")
    for k in range(12)
    for a in COLOURS
    for b in COLOURS
]
SAME = np.array([a.split()[1] == b.split()[1] for a, b in PAIRS], dtype=np.int64)
TRAIN = slice(0, 96)
TEST = slice(96, None)


def test_vectors_join_those_of_the_texts() -> None:
    model = TfidfClassifier.fit(PAIRS, SAME, 2, seed=0)
    u, v = (model.vectors(list(side)).toarray() for side in zip(*PAIRS, strict=True))
    expected = np.hstack([u, v, np.abs(u - v), u * v])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(model.vectors(PAIRS).toarray(), expected, atol=1e-6)
    assert model.weight.shape == (2, 4 * len(model.terms))


def test_both_texts_tell_what_one_alone_does_not() -> None:
    both = tfidf_logistic_regression(PAIRS[TRAIN], SAME[TRAIN], PAIRS[TEST], seed=0)
    assert (both == SAME[TEST]).mean() > 0.95
    for side in zip(*PAIRS, strict=True):
        one = tfidf_logistic_regression(side[TRAIN], SAME[TRAIN], side[TEST], seed=0)
        assert (one == SAME[TEST]).mean() < 0.8  # three of four pairs differ
