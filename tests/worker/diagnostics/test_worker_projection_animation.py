"""Projection animation over the layers of a tiny backbone, and its sentences."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import silhouette_samples
from sklearn.neighbors import NearestNeighbors
from worker_bench import ME, Bench

from translearn_core.config import ExperimentConfig, FeatureConfig, FreezePlan, Pooling
from translearn_core.errors import NotFoundError, Stopped, TooFewSamplesError
from translearn_core.jobs import ProjectionAnimationConfig
from translearn_core.results import Evaluation, ProjectionAnimation
from translearn_core.runs import artifacts
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics import projection_animation
from translearn_core.worker.diagnostics.sentences.projection_animation_text import ProjectionAnimationText
from translearn_core.worker.features import VARIANTS, layer_features


@pytest.fixture(scope="module")
def hard(experiment: ExperimentConfig) -> ExperimentConfig:
    """Train with a high learning rate, so that features change clearly."""
    return experiment.model_copy(update={"training": experiment.training.model_copy(update={"lr": 0.03})})


@pytest.fixture(scope="module")
def job(bench: Bench, hard: ExperimentConfig) -> str:
    return bench.train(hard)


@pytest.fixture(scope="module")
def result(bench: Bench, job: str) -> ProjectionAnimation:
    return bench.do(ProjectionAnimationConfig(job=job), ProjectionAnimation)


def context_of(bench: Bench, config: ProjectionAnimationConfig) -> Context:
    """Return the context of a started job."""
    run = bench.store.submit(ME, config)
    assert bench.store.begin(run.job.id, "test")
    job = bench.store.job(run.job.id)
    return Context(bench.store, job, bench.store.workspace.run(job.id), bench.warm)


def test_every_text_is_in_every_layer_of_both_variants(
    bench: Bench, job: str, result: ProjectionAnimation
) -> None:
    rows = artifacts.load(bench.store.workspace.run(job), Evaluation).predictions
    assert result.variants == VARIANTS
    assert result.coordinates.shape == (2, 4, len(rows), 2)
    assert result.coordinates.dtype == np.float32
    chosen = rows.iloc[result.index]
    assert [result.classes[k] for k in result.label] == chosen["label"].tolist()
    assert [result.splits[k] for k in result.split] == chosen["split"].tolist()
    assert result.purity.shape == result.low.shape == result.high.shape == result.silhouette.shape == (2, 4)
    assert len(result.frame()) == 8
    points = result.points()
    assert len(points) == 8 * len(rows)
    last = points[(points["model"] == "fine-tuned") & (points["layer"] == 3)]
    np.testing.assert_array_equal(last[["x", "y"]].to_numpy(), result.coordinates[1, 3])


def test_only_layers_above_the_boundary_differ(result: ProjectionAnimation) -> None:
    for both in (result.coordinates, result.purity, result.low, result.high, result.silhouette):
        np.testing.assert_array_equal(both[0, :3], both[1, :3])
    np.testing.assert_array_equal(result.overlap[:3], 1)
    assert result.overlap[3] < 0.9
    assert np.abs(result.coordinates[0, 3] - result.coordinates[1, 3]).max() > 0.1
    assert "Layers 0 to 2" in result.sentence
    assert "From layer 3 on" in result.sentence


def test_the_numbers_are_those_of_scikit_learn(bench: Bench, job: str, result: ProjectionAnimation) -> None:
    evaluation = artifacts.load(bench.store.workspace.run(job), Evaluation)
    index, features = layer_features(
        context_of(bench, ProjectionAnimationConfig(job=job, seed=9)), job, evaluation
    )
    np.testing.assert_array_equal(index, result.index)
    test = result.split == result.splits.index("test")
    neighbours, spread = {}, 0
    for v, variant in enumerate(VARIANTS):
        for layer, vectors in enumerate(features[variant]):
            x = vectors.astype(np.float64)
            near = NearestNeighbors(n_neighbors=10).fit(x).kneighbors(return_distance=False)
            neighbours[v, layer] = near
            shares = (result.label[near] == result.label[:, None]).mean(axis=1)[test]
            # texts at the same distance may stand in another order
            assert result.purity[v, layer] == pytest.approx(shares.mean(), abs=0.03)
            expected = silhouette_samples(x, result.label)[test].mean()
            assert result.silhouette[v, layer] == pytest.approx(expected, abs=2e-3)
            if shares.std() > 0:
                low, high = stats.t.interval(0.95, test.sum() - 1, shares.mean(), stats.sem(shares))
                assert result.low[v, layer] == pytest.approx(max(0, low), abs=0.03)
                assert result.high[v, layer] == pytest.approx(min(1, high), abs=0.03)
                spread += 1
    assert spread, "texts differ somewhere"
    same = [np.isin(a, b).mean() for a, b in zip(neighbours[0, 3], neighbours[1, 3], strict=True)]
    assert result.overlap[3] == pytest.approx(np.mean(same), abs=0.03)
    others = [(result.label == result.label[i]).sum() - 1 for i in np.flatnonzero(test)]
    assert result.chance == pytest.approx(np.mean(others) / (len(result.label) - 1))


def test_a_sample_is_stratified_by_split_and_class(
    bench: Bench, job: str, result: ProjectionAnimation
) -> None:
    few = bench.do(ProjectionAnimationConfig(job=job, limit=40), ProjectionAnimation)
    assert few.coordinates.shape == (2, 4, 40, 2)
    assert set(few.index) < set(result.index)
    for which in ("label", "split"):
        shares = [
            np.bincount(getattr(animation, which)) / len(animation.index) for animation in (few, result)
        ]
        np.testing.assert_allclose(*shares, atol=0.03)


def test_a_head_only_run_has_the_same_projections_twice(bench: Bench, hard: ExperimentConfig) -> None:
    head = bench.train(hard.model_copy(update={"freeze": FreezePlan()}))
    result = bench.do(ProjectionAnimationConfig(job=head), ProjectionAnimation)
    np.testing.assert_array_equal(result.coordinates[0], result.coordinates[1])
    assert np.isfinite(result.coordinates).all()
    assert "Nothing moved" in result.sentence
    assert "before training" not in result.sentence


def test_identical_first_tokens_are_one_point(bench: Bench, hard: ExperimentConfig) -> None:
    cls = FeatureConfig(token_limit=32, pooling=Pooling.CLS)
    result = bench.do(
        ProjectionAnimationConfig(job=bench.train(hard.model_copy(update={"features": cls}))),
        ProjectionAnimation,
    )
    assert not result.coordinates[:, 0].any()
    assert np.isfinite(result.coordinates).all()


def test_layers_that_did_not_change_are_computed_once(
    bench: Bench, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    real = projection_animation.knn_indices
    monkeypatch.setattr(projection_animation, "knn_indices", lambda x: calls.append(len(x)) or real(x))
    bench.do(ProjectionAnimationConfig(job=job, seed=3), ProjectionAnimation)
    assert len(calls) == 5, "three layers once, the last one twice"


def test_it_can_be_stopped(bench: Bench, job: str) -> None:
    config = ProjectionAnimationConfig(job=job, seed=4)
    context = context_of(bench, config)
    bench.store.request_stop(ME, bench.store.runs(ME, context.job.spec)[0].id)
    with pytest.raises(Stopped):
        projection_animation.animate_layers(context)
    assert artifacts.load(context.folder, ProjectionAnimation) is None


def test_a_run_without_results_and_too_few_texts_are_refused(
    bench: Bench, job: str, hard: ExperimentConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = bench.store.submit(ME, hard.model_copy(update={"freeze": FreezePlan(blocks=(1,))}))
    with pytest.raises(NotFoundError, match="no results yet"):
        bench.do(ProjectionAnimationConfig(job=waiting.job.id), ProjectionAnimation)
    rows = artifacts.load(bench.store.workspace.run(job), Evaluation)
    learnt = replace(rows, predictions=rows.predictions[rows.predictions["split"] == "train"])
    monkeypatch.setattr(projection_animation, "load_evaluation", lambda *_: learnt)
    with pytest.raises(TooFewSamplesError, match="0 of the test and 0 of the validation"):
        bench.do(ProjectionAnimationConfig(job=job, seed=5), ProjectionAnimation)


# sentences


def sentences(
    before: list[float], after: list[float], *, first: int | None, chosen=None, texts: int = 400
) -> str:
    """Return the sentences for layers with these mean shares; texts scatter by 0.2 around them."""
    random = np.random.default_rng(0)
    middle = np.asarray([before, after])
    own = random.normal(0, 0.2, (1, 1, texts))
    noise = random.normal(0, 0.05, (2, len(before), texts))
    noise[:, :first] = noise[:1, :first]
    shares = middle[:, :, None] + own + noise - (own + noise).mean(axis=2, keepdims=True)
    overlap = np.linspace(1, 0.3, len(before))
    return ProjectionAnimationText(
        first, 0.5, middle if chosen is None else np.asarray(chosen), shares, overlap
    ).sentences()


def test_best_layers_and_changes_are_reported() -> None:
    sentence = sentences([0.5, 0.6, 0.7], [0.5, 0.65, 0.9], first=1)
    assert sentence.index("in layer 2, 70.0 % (") < sentence.index("in layer 2, 90.0 % (")
    assert "50.0 %" in sentence
    assert "layer 2: 20.0 points more (" in sentence
    assert "all 2 layers" in sentence
    assert "Layer 0 stands as it was" in sentence
    assert "From layer 1 on" in sentence
    assert "in layer 2 a text kept 30.0 %" in sentence


def test_layers_are_chosen_on_validation_texts() -> None:
    sentence = sentences(
        [0.5, 0.6, 0.7], [0.5, 0.65, 0.9], first=1, chosen=[[0.9, 0.1, 0.1], [0.1, 0.9, 0.1]]
    )
    assert sentence.index("layer 0, the embeddings, 50.0 % (") < sentence.index("layer 1, 65.0 % (")


def test_a_decrease_is_reported() -> None:
    sentence = sentences([0.5, 0.9], [0.5, 0.6], first=1)
    assert "in layer 1: 30.0 points fewer (29." in sentence
    assert "hold for all" not in sentence, "one layer changed"


def test_an_insignificant_change_is_reported() -> None:
    sentence = sentences([0.5, 0.6, 0.7], [0.5, 0.6005, 0.7005], first=1, texts=20)
    assert "No layer changed" in sentence
    assert "more than chance" in sentence
    assert "(-" in sentence


def test_trained_embeddings_are_reported() -> None:
    assert "from the embeddings on" in sentences([0.5, 0.6], [0.6, 0.7], first=0)


def test_below_the_limit_all_texts_are_used(bench: Bench, job: str, result: ProjectionAnimation) -> None:
    rows = artifacts.load(bench.store.workspace.run(job), Evaluation).predictions
    assert sorted(result.index) == list(range(len(rows)))
