"""CKA before and after training, and catastrophic forgetting, of tiny backbones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from worker_bench import ME, Bench, mean_pooled

from tests.corpora import with_head
from translearn_core.analysis.probing.linear_probe import LinearProbe
from translearn_core.analysis.similarity.cka import JackknifeCka, cka_matrix
from translearn_core.analysis.similarity.sentence_similarity import cosine_pairs
from translearn_core.backbones import load
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    LayerCombination,
    Pooling,
    next_seed_run,
)
from translearn_core.config.settings import Settings
from translearn_core.data.sts_pairs import load_sts_pairs
from translearn_core.errors import ConfigError, NotFoundError, TooFewSamplesError
from translearn_core.jobs import ForgettingConfig, SimilarityConfig
from translearn_core.results import Evaluation, Forgetting, Similarity
from translearn_core.runs import artifacts
from translearn_core.transfer import load_trained
from translearn_core.worker.diagnostics import similarity
from translearn_core.worker.diagnostics.sentences.similarity_text import SimilarityText, list_layers
from translearn_core.worker.diagnostics.similarity import held_out_first


@pytest.fixture(scope="module")
def experiment(experiment: ExperimentConfig) -> ExperimentConfig:
    """Train with a high learning rate, so that features change clearly."""
    return experiment.model_copy(update={"training": experiment.training.model_copy(update={"lr": 0.03})})


@pytest.fixture(scope="module")
def job(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)


@pytest.fixture(scope="module")
def sibling(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(next_seed_run(experiment))


@pytest.fixture(scope="module")
def moved(bench: Bench, job: str, sibling: str) -> Similarity:
    return bench.do(SimilarityConfig(job=job, second_seed_run=sibling), Similarity)


# similarity


def debiased_cka(x: np.ndarray, y: np.ndarray) -> float:
    return float(cka_matrix([x], [y])[0, 0])


def test_only_the_layer_above_the_boundary_changes(moved: Similarity) -> None:
    assert moved.boundary == 2
    np.testing.assert_allclose(moved.diagonal[:3], 1, atol=1e-6)
    np.testing.assert_allclose(moved.low[:3], 1, atol=1e-6)
    np.testing.assert_allclose(moved.sibling[:3], 1, atol=1e-6)
    assert moved.diagonal[3] < 0.999
    assert moved.low[3] < moved.diagonal[3] < moved.high[3] < 1
    np.testing.assert_allclose(np.diag(moved.matrix), moved.diagonal, atol=1e-5)
    np.testing.assert_allclose(np.diag(moved.before), 1, atol=1e-6)
    np.testing.assert_allclose(moved.matrix[:3, :3], moved.before[:3, :3], atol=1e-6)
    assert "Layers 0 to 2" in moved.sentence
    assert "layer 3 moved most" in moved.sentence


def test_cka_of_the_top_layer_matches_transformers_features(
    bench: Bench, job: str, sibling: str, moved: Similarity
) -> None:
    evaluation = artifacts.load(bench.store.workspace.run(job), Evaluation)
    texts = held_out_first(evaluation, 2000, 0)["text"].tolist()
    assert len(texts) == moved.rows
    trained, other = (
        load_trained(bench.store.workspace.run(j)).model.loaded_backbone for j in (job, sibling)
    )
    pretrained = load(trained.config)
    before, after, chance = (mean_pooled(b.model, b.tokenizer, texts) for b in (pretrained, trained, other))
    assert moved.diagonal[3] == pytest.approx(debiased_cka(before, after), abs=1e-4)
    assert moved.sibling[3] == pytest.approx(debiased_cka(after, chance), abs=1e-4)
    fresh = [load(trained.config.model_copy(update={"random_init": True, "init_seed": s})) for s in (1, 2)]
    twins = [mean_pooled(b.model, b.tokenizer, texts) for b in fresh]
    assert moved.floor[3] == pytest.approx(debiased_cka(*twins), abs=1e-4)


def test_held_out_texts_come_first_without_duplicates() -> None:
    predictions = pd.DataFrame(
        {
            "split": ["train"] * 60 + ["validation"] * 10 + ["test"] * 20,
            "text": [f"text {i}" for i in range(89)] + ["text 88"],
            "label": ["a", "b"] * 45,
        }
    )
    evaluation = Evaluation(("a", "b"), {}, 0.5, predictions)
    rows = held_out_first(evaluation, 50, 0)
    assert rows["split"].value_counts().to_dict() == {"train": 21, "test": 19, "validation": 10}
    assert rows["text"].is_unique
    assert set(held_out_first(evaluation, 12, 0)["split"]) == {"test"}
    few = replace(evaluation, predictions=predictions[:4])
    with pytest.raises(TooFewSamplesError, match="4 different texts"):
        held_out_first(few, 50, 0)


def test_without_a_second_seed_chance_is_unknown(bench: Bench, job: str) -> None:
    result = bench.do(SimilarityConfig(job=job), Similarity)
    assert np.isnan(result.sibling).all()
    assert "second seed" in result.sentence


def test_the_second_run_must_differ_only_in_its_seed(
    bench: Bench, job: str, experiment: ExperimentConfig
) -> None:
    other = experiment.model_copy(update={"freeze": FreezePlan(blocks=(1, 2))})
    with pytest.raises(ConfigError, match="nothing but the seed"):
        bench.do(SimilarityConfig(job=job, second_seed_run=bench.train(other)), Similarity)


def test_cka_of_a_constant_layer_is_nan(bench: Bench, experiment: ExperimentConfig) -> None:
    cls = FeatureConfig(token_limit=32, pooling=Pooling.CLS)
    result = bench.do(
        SimilarityConfig(job=bench.train(experiment.model_copy(update={"features": cls}))), Similarity
    )
    assert np.isnan(result.diagonal[0])
    assert np.isfinite(result.diagonal[1:]).all()
    assert "layer 3 moved most" in result.sentence


def test_a_head_only_run_changes_no_layer(bench: Bench, experiment: ExperimentConfig) -> None:
    head = bench.train(experiment.model_copy(update={"freeze": FreezePlan()}))
    result = bench.do(SimilarityConfig(job=head), Similarity)
    np.testing.assert_allclose(result.diagonal, 1, atol=1e-6)
    assert "Only the head trained" in result.sentence
    with pytest.raises(NotFoundError, match="nothing can be forgotten"):
        bench.do(ForgettingConfig(job=head), Forgetting)


def known(value: float, spread: float, seed: int = 0) -> JackknifeCka:
    """Return a CKA of 100 rows whose 95 % interval has half-width `spread`."""
    random = np.random.default_rng(seed).normal(size=100)
    difference = (random - random.mean()) / random.std()
    return JackknifeCka(value, value + difference * spread / 1.96 / np.sqrt(99))


def test_the_sentence_names_layers_that_changed_beyond_chance() -> None:
    moved = [known(1, 0), known(1, 0), known(0.9, 0.02), known(0.4, 0.03)]
    floor = [known(0.5, 0.1)] * 4
    chance = [known(1, 0), known(1, 0), known(0.905, 0.02, 1), known(0.8, 0.02, 1)]
    sentence = SimilarityText(500, 0, 1, moved, floor, chance).sentences()
    assert "layer 3 moved most" in sentence
    assert sentence.index("0.40 [0.37, 0.43]") < sentence.index("layer 2 with 0.90 [0.88, 0.92]")
    assert "Layers 0 and 1" in sentence
    assert "In layer 3 that is more than another seed" in sentence
    assert "0.80 in layer 3, by 0.40 [0.3" in sentence
    assert "In the other layers" in sentence
    alike = SimilarityText(500, 20, 1, moved, floor, moved).sentences()
    assert "not more than another seed" in alike
    assert "20 of which the model learned" in alike


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ([3], "Layer 3"),
        ([0, 1], "Layers 0 and 1"),
        (range(5), "Layers 0 to 4"),
        ([1, 4, 6], "Layers 1, 4 and 6"),
    ],
)
def test_layers_are_listed_as_text(layers, sentence) -> None:
    assert list_layers(layers) == sentence


def test_it_can_be_stopped_between_layers(bench: Bench, job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    callbacks = []
    real = similarity.cka_matrix
    monkeypatch.setattr(
        similarity,
        "cka_matrix",
        lambda x, y, progress: callbacks.append(progress) or real(x, y, progress=progress),
    )
    bench.do(SimilarityConfig(job=job, seed=5), Similarity)
    assert len(callbacks) == 2
    assert all(callable(one) for one in callbacks)


# forgetting


def subjects() -> bytes:
    """Another task: is a text about a film or about money?"""
    film = ["a fine film", "the acting in this movie", "great plot and music", "the screen was slow"]
    bank = ["my card is broken", "transfer money again", "the bank was late", "refund to the account"]
    ends = ["one", "two", "three", "four", "five", "day", "week", "old", "new", "first", "last", "again"]
    lines = [
        f"{(film if i % 2 else bank)[i // 2 % 4]} {ends[i // 8 % 12]},{'film' if i % 2 else 'bank'}"
        for i in range(96)
    ]
    return ("text,subject\n" + "\n".join(lines)).encode()


@pytest.fixture(scope="module")
def other_data(bench: Bench) -> DataConfig:
    dataset = bench.store.add_dataset(ME, "subjects.csv", {"train": subjects()}, Settings())
    return DataConfig(dataset=dataset.digest, text="text", label="subject")


@pytest.fixture(scope="module")
def earlier(bench: Bench, experiment: ExperimentConfig, other_data: DataConfig) -> str:
    return bench.train(experiment.model_copy(update={"data": other_data}))


@pytest.fixture(scope="module")
def lost(bench: Bench, job: str, earlier: str) -> Forgetting:
    return bench.do(ForgettingConfig(job=job, earlier_runs=(earlier,)), Forgetting)


def test_an_earlier_task_is_scored_with_its_own_and_refitted_heads(
    bench: Bench, job: str, earlier: str, lost: Forgetting
) -> None:
    (task,) = lost.tasks
    assert task.run == earlier
    assert task.name == "subject (bank, film)"
    evaluation = artifacts.load(bench.store.workspace.run(earlier), Evaluation)
    assert task.before == evaluation.metrics["test"].headline
    assert task.n_test == evaluation.metrics["test"].n
    assert task.lost.value == pytest.approx(task.refit_head.value - task.pretrained.value)
    assert task.lost.low <= task.lost.value <= task.lost.high
    # by hand: the earlier head on this run's vectors
    test = evaluation.predictions[evaluation.predictions["split"] == "test"]
    backbone = load_trained(bench.store.workspace.run(job)).model.loaded_backbone
    own = load_trained(bench.store.workspace.run(earlier))
    pooled = torch.from_numpy(mean_pooled(backbone.model, backbone.tokenizer, test["text"].tolist()))
    with torch.inference_mode():
        sentence = own.model.head(pooled).argmax(-1).numpy()
    right = np.asarray(own.names, dtype=object)[sentence] == test["label"].to_numpy()
    assert task.with_old_head.value == pytest.approx(right.mean())
    assert f"{task.with_old_head.value:.3f}" in task.sentence


def test_refitted_heads_match_scikit_learn(bench: Bench, job: str, earlier: str, lost: Forgetting) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows = artifacts.load(bench.store.workspace.run(earlier), Evaluation).predictions
    after = load_trained(bench.store.workspace.run(job)).model.loaded_backbone
    for backbone, result in (
        (after, lost.tasks[0].refit_head.value),
        (load(after.config), lost.tasks[0].pretrained.value),
    ):
        made = {
            split: mean_pooled(
                backbone.model, backbone.tokenizer, rows[rows["split"] == split]["text"].tolist()
            )
            for split in ("train", "test")
        }
        labels = {split: rows[rows["split"] == split]["label"] for split in made}
        c = LinearProbe.fit(made["train"], labels["train"].factorize(sort=True)[0]).c[0]
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=1000))
        probe.fit(made["train"], labels["train"])
        assert result == pytest.approx(
            probe.score(made["test"], labels["test"]), abs=1.5 / len(labels["test"])
        )


def test_similarities_of_the_reference_pairs_match_transformers_features(
    bench: Bench, job: str, lost: Forgetting
) -> None:
    table, reference = lost.table, lost.reference
    assert reference.pairs == len(table) == 120
    after = load_trained(bench.store.workspace.run(job)).model.loaded_backbone
    for backbone, column in ((load(after.config), "before"), (after, "after")):
        some = table[:25]
        first, second = (
            mean_pooled(backbone.model, backbone.tokenizer, some[side].tolist(), 64)
            for side in ("first", "second")
        )
        np.testing.assert_allclose(some[column], cosine_pairs(first, second), atol=1e-4)
    assert reference.agreement.value == pytest.approx(table["before"].corr(table["after"], method="spearman"))
    assert reference.agreement.low < reference.agreement.value < 1
    assert reference.by_meaning_after == pytest.approx(table["alike"].corr(table["after"], method="spearman"))
    assert "120 pairs" in reference.sentence


def test_without_a_pretrained_head_there_is_no_mlm_loss(lost: Forgetting) -> None:
    assert lost.masked is None
    assert len(lost.sentences()) == 2


def test_a_checkpoint_with_a_head_has_mlm_losses(
    bench: Bench, experiment: ExperimentConfig, tmp_path_factory: pytest.TempPathFactory
) -> None:
    headed = BackboneConfig(id=str(with_head("bert", tmp_path_factory.mktemp("headed"))))
    run = bench.train(experiment.model_copy(update={"backbone": headed}))
    result = bench.do(ForgettingConfig(job=run), Forgetting)
    masked = result.masked
    assert masked is not None
    assert masked.before == pytest.approx(np.log(load(headed).info.vocabulary), rel=0.6)
    assert masked.after != pytest.approx(masked.before, abs=1e-6)
    assert masked.rise.low <= masked.after - masked.before <= masked.rise.high
    assert f"from {masked.before:.2f} to {masked.after:.2f}" in masked.sentence
    assert result.sentences()[-1] == masked.sentence


def test_a_head_on_a_mix_of_layers_is_scored(
    bench: Bench, job: str, experiment: ExperimentConfig, other_data: DataConfig
) -> None:
    mixed = FeatureConfig(token_limit=32, layer_combination=LayerCombination.MIX)
    run = bench.train(
        experiment.model_copy(update={"data": other_data, "freeze": FreezePlan(), "features": mixed}),
    )
    (task,) = bench.do(ForgettingConfig(job=job, earlier_runs=(run,)), Forgetting).tasks
    assert task.with_old_head is not None
    assert 0 <= task.refit_head.value <= 1


def test_earlier_runs_must_be_another_task_on_the_same_backbone(
    bench: Bench, job: str, sibling: str, experiment: ExperimentConfig, other_data: DataConfig, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="another table"):
        bench.do(ForgettingConfig(job=job, earlier_runs=(sibling,)), Forgetting)
    strange = BackboneConfig(id=str(with_head("bert", tmp_path / "strange")))
    other = bench.train(experiment.model_copy(update={"data": other_data, "backbone": strange}))
    with pytest.raises(ConfigError, match="as this one"):
        bench.do(ForgettingConfig(job=job, earlier_runs=(other,)), Forgetting)


# the pairs themselves


def test_the_reference_pairs_are_balanced_without_duplicates() -> None:
    pairs = load_sts_pairs()
    assert pairs.columns.tolist() == ["first", "second", "alike"]
    assert pairs["alike"].value_counts().to_dict() == dict.fromkeys(range(5), 24)
    sentences = [*pairs["first"], *pairs["second"]]
    assert len(set(sentences)) == 240
    assert all(3 <= len(s.split()) <= 12 and s.strip() == s and s[-1] in ".?" for s in sentences)
