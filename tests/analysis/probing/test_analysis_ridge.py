"""Ridge regression agrees with scikit-learn, and chooses its penalty on held-out rows."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge as Reference
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from translearn_core.analysis.probing.ridge import PENALTIES, Ridge


def problem(rows: int, width: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.standard_normal((rows, width)) * random.uniform(0.1, 10, width) + 5
    y = x @ random.standard_normal(width) + noise * random.standard_normal(rows) + 100
    return x, y, random.integers(0, 3, rows)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_fit_is_that_of_scikit_learn(weighted: bool) -> None:
    x, y, fold = problem(200, 12, 5.0)
    weight = np.random.default_rng(1).uniform(0.5, 2, len(y)) if weighted else None
    ridge = Ridge.fit(x, y, fold, sample_weight=weight)
    reference = make_pipeline(StandardScaler(), Reference(alpha=ridge.penalty))
    reference.fit(x, y, ridge__sample_weight=weight)
    np.testing.assert_allclose(ridge.predict(x), reference.predict(x), rtol=1e-8)


def test_held_out_rows_are_predicted_by_the_other_folds() -> None:
    x, y, fold = problem(120, 5, 3.0)
    ridge, scaler = Ridge.fit(x, y, fold), StandardScaler().fit(x)
    others = fold != 1
    reference = Reference(alpha=ridge.penalty).fit(scaler.transform(x[others]), y[others])
    np.testing.assert_allclose(ridge.held_out[~others], reference.predict(scaler.transform(x[~others])))


def test_the_penalty_follows_the_noise() -> None:
    clean, noisy = (Ridge.fit(*problem(60, 40, noise)).penalty for noise in (0.01, 300.0))
    assert clean < noisy
    assert {clean, noisy} <= set(PENALTIES)


def test_a_constant_feature_has_no_weight() -> None:
    x, y, fold = problem(50, 4, 1.0)
    x[:, 2] = 7.0
    assert Ridge.fit(x.astype(np.float16), y, fold).weight[2] == 0.0
