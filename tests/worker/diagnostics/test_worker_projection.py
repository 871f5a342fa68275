"""2-D projection of a run's texts, and the quality of their neighbourhoods."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors
from worker_bench import Bench

from translearn_core.config import ExperimentConfig, FreezePlan, Method
from translearn_core.errors import Stopped
from translearn_core.jobs import ProjectConfig
from translearn_core.results import Estimate, Evaluation, NeighbourhoodQuality, Projection
from translearn_core.runs import artifacts
from translearn_core.worker import features, run_results
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics import projection
from translearn_core.worker.diagnostics.neighbours import neighbourhood_quality
from translearn_core.worker.diagnostics.neighbours.neighbourhood_quality import NeighbourhoodChange


@pytest.fixture(scope="module")
def job(bench: Bench, experiment: ExperimentConfig) -> str:
    return bench.train(experiment)


@pytest.fixture(scope="module")
def above(bench: Bench, job: str) -> Projection:
    return bench.do(ProjectConfig(job=job, layer=3), Projection)


def contexts(bench: Bench, job: str, folder: Path) -> tuple[Context, Evaluation]:
    projecting = replace(bench.store.job(job), config=ProjectConfig(job=job, layer=3))
    context = Context(bench.store, projecting, folder, bench.warm)
    return context, run_results.load_evaluation(context, job)


def test_neighbourhood_quality_is_that_of_full_width_features(
    bench: Bench, job: str, above: Projection, tmp_path: Path
) -> None:
    context, evaluation = contexts(bench, job, tmp_path)
    index, layers = features.layer_features(context, job, evaluation)
    assert above.index.tolist() == index.tolist() == list(range(96))
    assert above.shown.tolist() == list(range(96))
    test = np.flatnonzero(above.split == above.splits.index("test"))
    graphs = []
    for variant, near in zip(above.variants, above.nearness, strict=True):
        x = layers[variant][3].astype(np.float64)
        graphs.append(NearestNeighbors(n_neighbors=10).fit(x).kneighbors(return_distance=False)[test])
        pure = (above.label[graphs[-1]] == above.label[test, None]).mean()
        assert near.purity.value == pytest.approx(pure, abs=0.02)
        assert near.purity.low <= near.purity.value <= near.purity.high
        assert -1 <= near.silhouette <= 1
        assert 0 <= near.trustworthiness <= 1
    overlap = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(*graphs, strict=True)])
    assert above.overlap.value == pytest.approx(overlap, abs=0.02)
    assert above.overlap.value < 1
    assert above.overlap.low <= above.overlap.value <= above.overlap.high
    assert above.chance == pytest.approx(0.5, abs=0.05)
    assert "10 nearest neighbours" in above.sentence
    assert "by chance" in above.sentence


def test_one_layer_equals_that_of_all_layers(bench: Bench, job: str, tmp_path: Path) -> None:
    context, evaluation = contexts(bench, job, tmp_path)
    _, layers = features.layer_features(context, job, evaluation)
    for layer in (2, 3):
        index, one = features.one_layer(context, job, evaluation, layer)
        assert len(index) == 96
        for variant in features.VARIANTS:
            np.testing.assert_array_equal(one[variant], layers[variant][layer])
        assert (one["pretrained"] is one["fine-tuned"]) == (layer == 2)
    index, one = features.one_layer(context, job, evaluation, 3, limit=20)
    assert len(index) == len(one["fine-tuned"]) == 20
    np.testing.assert_array_equal(one["fine-tuned"], layers["fine-tuned"][3][index])


@pytest.mark.parametrize("method", list(Method))
def test_a_frozen_layer_is_projected_once(bench: Bench, job: str, method: Method) -> None:
    result = bench.do(ProjectConfig(job=job, layer=2, method=method), Projection)
    np.testing.assert_array_equal(result.coordinates[0], result.coordinates[1])
    assert result.nearness[0] == result.nearness[1]
    assert result.overlap == Estimate(1.0, 1.0, 1.0)
    assert "did not change this layer" in result.sentence


def test_a_head_only_run_keeps_all_neighbours(bench: Bench, experiment: ExperimentConfig) -> None:
    head = bench.train(experiment.model_copy(update={"freeze": FreezePlan()}))
    result = bench.do(ProjectConfig(job=head, layer=3), Projection)
    assert result.overlap.value == 1
    assert "did not change this layer" in result.sentence


@pytest.mark.parametrize("method", list(Method))
def test_a_projection_fitted_on_a_sample_holds_all_texts(
    bench: Bench, job: str, method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "SHOWN", 30)
    monkeypatch.setattr(neighbourhood_quality, "MAX_QUERIES", 7)
    config = ProjectConfig(job=job, layer=3, method=method, limit=40, seed=2)
    result = bench.do(config, Projection)
    assert result.coordinates.shape == (2, 96, 2)
    assert np.isfinite(result.coordinates).all()
    assert len(result.shown) == len(set(result.shown.tolist())) == 30
    assert result.shown.max() > 30
    assert np.bincount(result.label[result.shown]) == pytest.approx([15, 15], abs=2)
    assert result.settings["found from"] == "40 texts"
    assert (result.nearness[0].purity.value * 70) % 1 == pytest.approx(0, abs=1e-6), "seven texts were asked"
    assert 0 <= result.nearness[1].trustworthiness <= 1


def test_it_can_be_stopped_at_every_stage(
    bench: Bench, job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages: list[str] = []

    def stop_once(_: Context, stage: str, *rest: float) -> None:
        if stage not in stages:
            stages.append(stage)
            raise Stopped(stage)

    context, _ = contexts(bench, job, tmp_path)
    monkeypatch.setattr(Context, "report", stop_once)
    for _ in range(2):
        with pytest.raises(Stopped):
            projection.project_layer(context)
    assert stages == ["drawing the map", "looking at neighbours"]
    projection.project_layer(context)
    assert artifacts.load(tmp_path, Projection) is not None


# sentences


def neighbours(
    before: list[float], after: list[float], overlap: float = 0.3, *, changed: bool = True
) -> NeighbourhoodChange:
    own = tuple(np.resize(values, 400) for values in (before, after))
    near = tuple(
        NeighbourhoodQuality(Estimate(one.mean(), one.mean() - 0.02, one.mean() + 0.02), 0.1, 0.9)
        for one in own
    )
    overlap_per_text = np.clip(overlap + np.resize([-0.1, 0.1], 400), 0, 1)
    return NeighbourhoodChange(
        near, (own[0], own[1]), overlap_per_text, chance=0.5, count=10, changed=changed
    )


def test_a_gain_is_reported_with_interval_chance_and_overlap() -> None:
    text = neighbours([0.5, 0.7, 0.6], [0.9, 0.8, 1.0]).sentences()
    assert text.index("60 % (58 to 62 %)") < text.index("90 % (88 to 92 %)") < text.index("by chance 50 %")
    assert "nearer together than before, by 30.0 points (28.6 to 31.4)" in text
    assert "keeps 3 of its 10" in text


def test_losses_and_insignificant_changes_are_reported() -> None:
    worse = neighbours([0.9, 0.8, 1.0], [0.5, 0.7, 0.6]).sentences()
    assert "30.0 points fewer (28.6 to 31.4)" in worse
    unsure = neighbours([0.5, 0.7, 0.6, 0.6], [0.7, 0.5, 0.6, 0.61]).sentences()
    assert "could be chance" in unsure
    assert "nearer together" not in unsure
    assert "mixed" not in unsure


@pytest.mark.parametrize(
    ("overlap", "sentence"),
    [(0.02, "keeps hardly any of its 10"), (0.98, "keeps nearly all of its 10"), (0.56, "keeps 6 of its 10")],
)
def test_the_overlap_is_reported(overlap: float, sentence: str) -> None:
    result = neighbours([0.5, 0.7], [0.9, 0.8])
    assert sentence in replace(result, overlap=np.full(400, overlap)).sentences()


def test_unchanged_layers_and_too_few_texts_are_reported() -> None:
    still = neighbours([0.5, 0.7], [0.5, 0.7], overlap=1.0, changed=False).sentences()
    assert "did not change this layer" in still
    assert "60 % (58 to 62 %)" in still
    assert "by chance 50 %" in still
    none = replace(neighbours([0.5], [0.5]), overlap=np.empty(0))
    assert "too few test texts" in none.sentences()


@pytest.mark.parametrize(
    ("share", "sentence"), [(0.996, "99.6 %"), (0.004, "0.4 %"), (1.0, "100 %"), (0.624, "62 %")]
)
def test_shares_are_never_rounded_to_0_or_100(share: float, sentence: str) -> None:
    change = replace(neighbours([0.5, 0.7], [0.9, 0.8]), chance=share)
    assert f"by chance {sentence}." in change.sentences()
