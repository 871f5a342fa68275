"""TF-IDF ridge agrees with scikit-learn's pipeline, and chooses its penalty on held-out texts."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from translearn_core.analysis.tfidf_ridge import PENALTIES, fit_tfidf_ridge

WORDS = np.array(["good", "bad", "fine", "awful", "film", "book", "the", "a", "very", "plain"])
WEIGHTS = np.array([3.0, -3.0, 1.0, -2.0, 0, 0, 0, 0, 0, 0])


def texts_and_values(rows: int, noise: float, seed: int = 0) -> tuple[list[str], np.ndarray]:
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(WORDS), (rows, 6))
    values = 50 + WEIGHTS[drawn].sum(axis=1) + noise * random.standard_normal(rows)
    return [" ".join(WORDS[row]) for row in drawn], values


def test_predictions_are_those_of_scikit_learn() -> None:
    texts, values = texts_and_values(300, 1.0)
    model = fit_tfidf_ridge(texts, values, np.zeros(300, dtype=np.int64), seed=0)
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", sublinear_tf=True)
    reference = make_pipeline(words, Ridge(alpha=1 / model.c)).fit(texts, values)
    fresh, _ = texts_and_values(40, 0.0, seed=1)
    predicted = model.logits(model.vectors(fresh))
    assert predicted.shape == (40, 1)
    np.testing.assert_allclose(predicted[:, 0], reference.predict(fresh), atol=0.02)


def test_the_penalty_follows_the_noise() -> None:
    strata = np.zeros(200, dtype=np.int64)
    clean, noisy = (fit_tfidf_ridge(*texts_and_values(200, noise), strata, seed=0).c for noise in (0.0, 50.0))
    assert clean > noisy
    for c in (clean, noisy):
        assert any(1 / c == pytest.approx(penalty) for penalty in PENALTIES)


def test_texts_without_words_get_the_mean() -> None:
    model = fit_tfidf_ridge(["?", "!"], np.array([1.0, 4.0]), np.zeros(2, dtype=np.int64), seed=0)
    assert model.logits(model.vectors(["good", ""])).tolist() == [[2.5], [2.5]]
