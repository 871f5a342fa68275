"""Online code lengths against scikit-learn's logistic regression, portion by portion."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.analysis.probing.test_analysis_layer_probing import layers_of
from translearn_core.analysis.probing import online_code as module
from translearn_core.analysis.probing.online_code import online_code, portion_ends
from translearn_core.errors import Stopped


def sklearn_bits(x, y, c):
    """Code length of labels in the given order by scikit-learn; the first portion by the uniform code."""
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    ends, classes = portion_ends(len(y)), len(np.unique(y))
    bits = ends[0] * np.log2(classes)
    for start, end in pairwise(ends):
        seen = np.unique(y[:start])
        absent = classes - len(seen)
        if len(seen) > 1:
            model = LogisticRegression(C=c, tol=1e-6, max_iter=2000).fit(x[:start], y[:start])
            p = model.predict_proba(x[start:end])
        else:
            p = np.ones((end - start, 1))
        for row, label in zip(p, y[start:end], strict=True):
            share = row[np.searchsorted(seen, label)] * start if label in seen else 1.0
            bits -= np.log2(share / (start + absent))
    return bits


@pytest.mark.parametrize("classes", [2, 5])
def test_the_length_is_that_of_sklearns_probes(classes, monkeypatch):
    labels, features = layers_of(300, classes)
    order = np.random.default_rng(4).permutation(300)
    for c in (0.01, 1.0):
        monkeypatch.setattr(module, "STRENGTHS", (c,))
        code = online_code({"a": features}, labels, orders=1, seed=4)
        assert code.bits.shape == (1, 2, 1)
        for layer in range(2):
            expected = sklearn_bits(features[layer][order], labels[order], c)
            assert code.bits[0, layer, 0] == pytest.approx(expected, rel=2e-3)
    assert code.uniform == pytest.approx(300 * np.log2(classes))


def test_the_shortest_strength_counts_and_its_name_costs_two_bits(monkeypatch):
    labels, features = layers_of(400, 3)
    both = online_code({"a": features}, labels, orders=2).bits
    alone = []
    for c in module.STRENGTHS:
        monkeypatch.setattr(module, "STRENGTHS", (c,))
        alone.append(online_code({"a": features}, labels, orders=2).bits)
    np.testing.assert_allclose(both, np.min(alone, axis=0) + 2, atol=0.5)


def test_a_layer_that_knows_more_is_shorter_and_noise_is_no_shorter_than_uniform():
    labels, features = layers_of(800, 4, layers=3, signal=0.4)
    code = online_code({"pretrained": features}, labels, orders=3)
    mean = code.bits.mean(axis=2)[0]
    assert mean[0] > mean[1] > mean[2]
    noise = online_code({"noise": features}, np.random.default_rng(9).permutation(labels), orders=3)
    assert noise.bits.min() > noise.uniform
    assert code.bits.max() < code.uniform


def test_portions_are_those_of_the_paper_and_few_rows_have_fewer():
    assert portion_ends(1000).tolist() == [1, 2, 4, 8, 16, 32, 63, 125, 250, 500, 1000]
    assert portion_ends(3).tolist() == [1, 2, 3]
    assert portion_ends(1).tolist() == [1]


@pytest.mark.parametrize("rows", [2, 4, 10])
def test_a_handful_of_rows_and_labels_with_gaps_are_coded(rows):
    labels = np.arange(rows) % 2 * 7
    x = np.random.default_rng(0).normal(size=(1, rows, 4)).astype(np.float16)
    code = online_code({"a": x}, labels, orders=2)
    assert np.isfinite(code.bits).all()
    assert code.uniform == rows


def test_it_repeats_and_stops_when_asked():
    labels, features = layers_of(300, 2)
    once, again = (online_code({"a": features, "b": features}, labels, orders=2, seed=1) for _ in range(2))
    np.testing.assert_array_equal(once.bits, again.bits)
    np.testing.assert_array_equal(once.bits[0], once.bits[1])

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        online_code({"a": features}, labels, orders=1, progress=stop)
