"""TF-IDF baseline: reference scores and edge cases."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from translearn_core.analysis.tfidf import tfidf_logistic_regression

DATA = Path(__file__).parents[3] / "shared" / "data"
TEXTS = ["good fun", "bad plot", "good plot", "bad fun, truly bad", "really good", "so bad"]
LABELS = np.array([1, 0, 1, 0, 1, 0])


def test_it_learns_words():
    texts = ["good", "bad", "bad bad", "good, good", "good"]
    assert tfidf_logistic_regression(TEXTS, LABELS, texts, seed=0).tolist() == [1, 0, 0, 1, 1]


def test_it_reads_single_letters_and_chinese():
    predictions = tfidf_logistic_regression(
        ["a", "好", "a", "好"], np.array([0, 1, 0, 1]), ["a", "好"], seed=0
    )
    assert predictions.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("texts", "labels"),
    [(["?!", "...", "!"], [2, 1, 2]), (["one", "two"], [2, 2])],
    ids=["no words", "one class"],
)
def test_with_nothing_to_learn_it_answers_the_majority(texts, labels):
    predictions = tfidf_logistic_regression(texts, np.array(labels), ["one", "?"], seed=0)
    assert predictions.tolist() == [2, 2]


def test_without_test_rows_there_are_no_predictions():
    assert len(tfidf_logistic_regression(TEXTS, LABELS, [], seed=0)) == 0


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
    predictions = tfidf_logistic_regression(*train, test[0], seed=0)
    assert (predictions == test[1]).mean() == pytest.approx(reference, abs=0.015)
    assert np.array_equal(predictions, tfidf_logistic_regression(*train, test[0], seed=0))
