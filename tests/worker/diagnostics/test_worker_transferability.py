"""Transferability scores of tiny backbones on a small table, and of past runs."""

from dataclasses import replace

import numpy as np
import pytest
from worker_bench import ME, Bench, reviews

from translearn_core.activations import ActivationCache, Compute, Encoder
from translearn_core.analysis.probing.transferability import logme, rank_agreement
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    LayerCombination,
    Precision,
    SplitConfig,
)
from translearn_core.config.settings import Settings
from translearn_core.data import PreparedDataset
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import TransferabilityConfig
from translearn_core.results import RunSummary, Transferability
from translearn_core.runs import artifacts
from translearn_core.worker.data_loading import load_prepared
from translearn_core.worker.diagnostics import layer_scores, transferability
from translearn_core.worker.diagnostics.layer_scores import sample_rows

NARROW = FeatureConfig(token_limit=32)


@pytest.fixture(scope="module")
def data(bench: Bench) -> DataConfig:
    """Reviews with a quarter of the labels flipped, so that no probe is perfect."""
    random, (head, *lines) = np.random.default_rng(0), reviews().decode().splitlines()
    wrong = {"yes": "no", "no": "yes"}
    table = [head]
    for number in range(3):
        for line in lines:
            text, label = line.rsplit(",", 1)
            noisy = wrong[label] if random.random() < 0.25 else label
            table.append(f'{text[:-1]} {"abc"[number]} {len(table)}",{noisy}')
    dataset = bench.store.add_dataset(ME, "noisy.csv", {"train": "\n".join(table).encode()}, Settings())
    return DataConfig(dataset=dataset.digest, text="text", label="liked")


@pytest.fixture(scope="module")
def question(data: DataConfig, backbone: BackboneConfig) -> TransferabilityConfig:
    return TransferabilityConfig(
        data=data, backbones=(backbone,), features=NARROW, precision=Precision.FLOAT32
    )


@pytest.fixture(scope="module")
def prepared(bench: Bench, data: DataConfig) -> PreparedDataset:
    return load_prepared(bench.store.workspace, data)


@pytest.fixture(scope="module")
def result(bench: Bench, question: TransferabilityConfig) -> Transferability:
    return bench.do(question, Transferability)


def test_every_layer_has_scores_and_a_probe(result: Transferability, prepared: PreparedDataset) -> None:
    layers = result.frame()
    assert layers["layer"].tolist() == [0, 1, 2, 3]
    assert layers["backbone"].nunique() == 1
    assert np.isfinite(layers[["LogME", "H-score"]]).all(axis=None)
    assert layers["H-score"].between(0, result.classes - 1).all()
    assert layers["probe"].between(0, 1).all()
    held = int((prepared.split == 1).sum())
    assert np.allclose(layers["probe"] * held, (layers["probe"] * held).round())
    assert result.rows == int((prepared.split == 0).sum())
    assert result.past.empty


def test_rank_agreements_match_the_columns(
    result: Transferability,
) -> None:
    layers = result.frame()
    for one in result.agreements:
        if one.of.startswith("layers of"):
            tau = rank_agreement(layers[one.score], layers["probe"])
            assert one.n == 4
            assert one.tau == tau, "no tau is NaN: the probes differ"
        else:
            assert one.n == 0
            assert np.isnan(one.tau.value)
    assert "None of your" in result.sentence
    reliable = result.agreements[0].tau.low > 0
    assert ("can be believed" in result.sentence) is reliable
    assert ("do not choose" in result.sentence) is not reliable
    best = int(layers["LogME"].idxmax())
    assert f"layer {best}" in result.sentence


def test_labels_of_test_rows_are_not_used(
    bench: Bench, question: TransferabilityConfig, result: Transferability, prepared: PreparedDataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    real = layer_scores.sample_rows

    def swapped(prepared: PreparedDataset, limit: int, seed: int) -> layer_scores.Sample:
        values = np.where(prepared.split == 2, 1 - prepared.labels, prepared.labels)
        target = replace(prepared.target, values=values)
        return real(replace(prepared, targets=(target,)), limit, seed)

    monkeypatch.setattr(transferability, "sample_rows", swapped)
    again = bench.do(question.model_copy(update={"rows": 4999}), Transferability)
    assert again.frame().equals(result.frame())


def test_random_init_is_scored_as_a_backbone(bench: Bench, question: TransferabilityConfig) -> None:
    (backbone,) = question.backbones
    twin = backbone.model_copy(update={"random_init": True})
    both = bench.do(question.model_copy(update={"backbones": (backbone, twin)}), Transferability)
    assert both.frame()["backbone"].unique().tolist() == [backbone.label, twin.label]
    assert len(both.agreements) == 6


def test_past_runs_are_scored_on_the_initial_input_of_their_head(
    bench: Bench, question: TransferabilityConfig, experiment: ExperimentConfig, result: Transferability,
    prepared: PreparedDataset,
) -> None:  # fmt: skip
    frozen = experiment.model_copy(update={"freeze": FreezePlan()})
    arms = [
        experiment,
        frozen.model_copy(
            update={"features": NARROW.model_copy(update={"layer_combination": LayerCombination.SECOND_LAST})}
        ),
        frozen.model_copy(
            update={"features": NARROW.model_copy(update={"layer_combination": LayerCombination.MIX})}
        ),
    ]
    jobs = tuple(bench.train(arm) for arm in arms)
    scored = bench.do(question.model_copy(update={"runs": jobs}), Transferability)
    past, layers = scored.past.set_index("run"), scored.frame().set_index("layer")
    assert past.index.tolist() == list(jobs)
    assert past["LogME"].iloc[0] == pytest.approx(layers["LogME"][3])
    assert past["LogME"].iloc[1] == pytest.approx(layers["LogME"][2])
    assert past["LogME"].iloc[2] not in layers["LogME"].tolist()
    assert past["recipe"].tolist()[0] == "your own"
    for job in jobs:
        summary = bench.store.workspace.run(job)
        assert past.loc[job, "accuracy"] == _test_accuracy(summary)
    agreement = next(one for one in scored.agreements if one.of == "past runs" and one.score == "LogME")
    np.testing.assert_equal(agreement.tau.value, rank_agreement(past["LogME"], past["accuracy"]).value)
    assert agreement.n == 3
    assert "3 finished runs" in scored.sentence


def _test_accuracy(folder) -> float:
    summary = artifacts.load(folder, RunSummary)
    assert summary is not None
    return summary.test["accuracy"].value


def test_runs_on_other_rows_are_refused(
    bench: Bench, question: TransferabilityConfig, experiment: ExperimentConfig
) -> None:
    other_seed = experiment.training.model_copy(update={"seed": 5})
    job = bench.train(experiment.model_copy(update={"training": other_seed}))
    other = question.data.model_copy(update={"split": SplitConfig(seed=9)})
    with pytest.raises(ConfigError, match="runs on the same rows"):
        bench.do(question.model_copy(update={"data": other, "runs": (job,)}), Transferability)


def test_a_run_without_results_is_refused(
    bench: Bench, question: TransferabilityConfig, experiment: ExperimentConfig
) -> None:
    waiting = bench.store.submit(
        ME, experiment.model_copy(update={"training": experiment.training.model_copy(update={"seed": 77})})
    )
    with pytest.raises(NotFoundError, match="no results yet"):
        bench.do(question.model_copy(update={"runs": (waiting.job.id,)}), Transferability)


def test_a_sample_keeps_the_classes_in_proportion(prepared: PreparedDataset) -> None:
    some = sample_rows(prepared, 10, 0)
    assert (some.n_train, some.n_validation) == (10, min(10, int((prepared.split == 1).sum())))
    assert np.bincount(some.labels[:10]).tolist() == [5, 5]
    assert set(some.texts) <= set(prepared.texts)
    assert some.train_only().texts == some.texts[:10]


def test_scores_are_those_of_the_cached_vectors(
    bench: Bench, question: TransferabilityConfig, result: Transferability, prepared: PreparedDataset
) -> None:
    backbone = load(question.backbones[0])
    train = np.flatnonzero(prepared.split == 0)
    texts = backbone.examples([prepared.texts[i] for i in train], 32)
    store = ActivationCache(bench.store.workspace.activations, 10**9)
    reader = Encoder(backbone, texts, Compute.choose(precision=Precision.FLOAT32), store)
    layers = reader.pooled(backbone.info.pooling)
    assert reader.cache_usage.encoded == 0, "they were kept"
    scores = [logme(layer.vectors().numpy(), prepared.labels[train]) for layer in layers]
    assert result.frame()["LogME"].tolist() == pytest.approx(scores)
