"""TF-IDF baseline: reference scores and edge cases."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from translearn_core.analysis import bootstrap_accuracy, tfidf_logistic_regression

DATA = Path(__file__).parents[3] / "shared" / "data"
TEXTS = ["good fun", "bad plot", "good plot", "bad fun, truly bad", "really good", "so bad"]
LABELS = np.array([1, 0, 1, 0, 1, 0])


def test_it_learns_words_and_says_how_sure_it_is():
    accuracy, interval, predictions = tfidf_logistic_regression(
        TEXTS, LABELS, ["good", "bad", "bad bad", "good, good", "good"], np.array([1, 0, 0, 1, 0]), seed=0
    )
    assert predictions.tolist() == [1, 0, 0, 1, 1]
    assert accuracy == 0.8
    assert interval == bootstrap_accuracy([True, True, True, True, False])


def test_it_reads_single_letters_and_chinese():
    _, _, predictions = tfidf_logistic_regression(
        ["a", "好", "a", "好"], np.array([0, 1, 0, 1]), ["a", "好"], LABELS[:2], seed=0
    )
    assert predictions.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("texts", "labels"),
    [(["?!", "...", "!"], [2, 1, 2]), (["one", "two"], [2, 2])],
    ids=["no words", "one class"],
)
def test_with_nothing_to_learn_it_answers_the_majority(texts, labels):
    accuracy, _, predictions = tfidf_logistic_regression(
        texts, np.array(labels), ["one", "?"], np.array([2, 0]), seed=0
    )
    assert predictions.tolist() == [2, 2]
    assert accuracy == 0.5


def test_without_test_rows_the_line_is_nan():
    accuracy, interval, predictions = tfidf_logistic_regression(
        TEXTS, LABELS, [], np.empty(0, dtype=np.int64), seed=0
    )
    assert np.isnan([accuracy, interval.low, interval.high]).all()
    assert len(predictions) == 0


@pytest.mark.real_data
@pytest.mark.skipif(not DATA.exists(), reason="the real data sets are not beside the project")
@pytest.mark.parametrize(("name", "reference"), [("sst2", 0.813), ("banking77", 0.894)])
def test_real_data_score_as_known(name, reference):
    if name == "sst2":
        parts = [
            pd.read_csv(DATA / f"sst2_{p}.tsv", sep="\t", quoting=csv.QUOTE_NONE) for p in ("train", "test")
        ]
    else:
        parts = [pd.read_csv(DATA / f"banking77_{p}.csv") for p in ("train", "test")]
    train, test = ([list(p.iloc[:, 0]), p.iloc[:, 1].to_numpy()] for p in parts)
    classes = np.unique(train[1])
    train[1], test[1] = (np.searchsorted(classes, column) for column in (train[1], test[1]))
    accuracy, _, predictions = tfidf_logistic_regression(*train, *test, seed=0)
    assert accuracy == pytest.approx(reference, abs=0.015)
    assert np.array_equal(predictions, tfidf_logistic_regression(*train, *test, seed=0)[2])
