"""Transfer matrix of a tiny backbone: a domain whose labels mean the opposite, and what the numbers say."""

import numpy as np
import pandas as pd
import pytest
from worker_bench import ME, Bench, reviews

from translearn_core.config import BackboneConfig, DataConfig, DomainConfig, FeatureConfig, Precision
from translearn_core.config.settings import Settings
from translearn_core.jobs import TransferMatrixConfig
from translearn_core.results.diagnostics.transfer_matrix import (
    DISTANCES,
    FROZEN_PROBE,
    TFIDF_MODEL,
    TransferMatrix,
)
from translearn_core.worker.data_loading import load_prepared

HOME, ALIKE, OPPOSITE = "home", "alike", "opposite"


@pytest.fixture(scope="module")
def question(bench: Bench, backbone: BackboneConfig) -> TransferMatrixConfig:
    head, *lines = reviews().decode().splitlines()
    table = [f"{head},kind"]
    for kind in (HOME, ALIKE, OPPOSITE):
        for number, line in enumerate(lines):
            text, label = line.rsplit(",", 1)
            if kind == OPPOSITE:
                label = {"yes": "no", "no": "yes"}[label]
            table.append(f'{text[:-1]} {kind[0]} {number}",{label},{kind}')
    dataset = bench.store.add_dataset(ME, "kinds.csv", {"train": "\n".join(table).encode()}, Settings())
    data = DataConfig(dataset=dataset.digest, text="text", label="liked", domains=DomainConfig(column="kind"))
    return TransferMatrixConfig(
        data=data, backbone=backbone, features=FeatureConfig(token_limit=32), precision=Precision.FLOAT32
    )


@pytest.fixture(scope="module")
def matrix(bench: Bench, question: TransferMatrixConfig) -> TransferMatrix:
    return bench.do(question, TransferMatrix)


def cell(matrix: TransferMatrix, model: str, source: str, target: str) -> pd.Series:
    found = matrix.cells[
        (matrix.cells["model"] == model)
        & (matrix.cells["source"] == source)
        & (matrix.cells["target"] == target)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_every_source_meets_every_domain(matrix: TransferMatrix):
    sources = [HOME, ALIKE, OPPOSITE, "all together", *(f"all but {k}" for k in (HOME, ALIKE, OPPOSITE))]
    assert matrix.models == (FROZEN_PROBE, TFIDF_MODEL)
    assert len(matrix.cells) == 2 * 7 * 3
    assert list(matrix.cells["source"].unique()) == sources
    assert (matrix.cells["low"] <= matrix.cells["score"]).all()
    assert (matrix.cells["score"] <= matrix.cells["high"]).all()


def test_what_is_alike_crosses_over_and_the_opposite_does_not(matrix: TransferMatrix):
    for model in matrix.models:
        assert cell(matrix, model, HOME, ALIKE)["score"] > 0.7
        assert cell(matrix, model, HOME, OPPOSITE)["score"] < 0.3
        assert cell(matrix, model, HOME, OPPOSITE)["loss low"] > 0.1
        assert np.isnan(cell(matrix, model, HOME, HOME)["loss"])


def test_losses_are_differences_of_scores_on_the_same_rows(matrix: TransferMatrix):
    for row in matrix.cells[matrix.cells["loss"].notna()].itertuples():
        home = cell(matrix, row.model, row.target, row.target)["score"]
        assert row.loss == pytest.approx(home - row.score, abs=1e-12)


def test_rows_that_train_are_those_of_the_source(
    bench: Bench, question: TransferMatrixConfig, matrix: TransferMatrix
):
    prepared = load_prepared(bench.store.workspace, question.data)
    train = prepared.domain[prepared.split == 0]
    assert cell(matrix, FROZEN_PROBE, HOME, ALIKE)["rows"] == (train == HOME).sum()
    assert cell(matrix, FROZEN_PROBE, "all but home", ALIKE)["rows"] == (train != HOME).sum()


def test_distances_are_those_of_pairs_and_the_sentences_name_the_worst_way(matrix: TransferMatrix):
    assert len(matrix.distances) == 6
    assert list(matrix.distances)[2:] == list(DISTANCES)
    assert matrix.distances["A-distance"].between(0, 2).all()
    assert "opposite" in matrix.sentences[0]
    assert "loses" in matrix.sentences[0]
    assert [one.n for one in matrix.agreements] == [6, 6, 6]


def test_without_domains_or_with_some_of_them_it_says_so(question: TransferMatrixConfig):
    with pytest.raises(ValueError, match="name the column that holds them"):
        TransferMatrixConfig(data=question.data.model_copy(update={"domains": None}))
    some = DomainConfig(column="kind", source=(HOME,))
    with pytest.raises(ValueError, match="leave source, target and train_rows out"):
        TransferMatrixConfig(data=question.data.model_copy(update={"domains": some}))
