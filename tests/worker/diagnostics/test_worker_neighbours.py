"""Nearest neighbours of one text, before and after training a tiny backbone."""

import numpy as np
import pytest
from worker_bench import ME, Bench, mean_pooled

from translearn_core.backbones import load
from translearn_core.config import ExperimentConfig, FreezePlan
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import NeighboursConfig
from translearn_core.results import Evaluation, NearestNeighbours
from translearn_core.runs import artifacts
from translearn_core.transfer import load_trained


@pytest.fixture(scope="module")
def job(bench: Bench, experiment: ExperimentConfig) -> str:
    """Train with a high learning rate, so that features change clearly."""
    training = experiment.training.model_copy(update={"lr": 0.03})
    return bench.train(experiment.model_copy(update={"training": training}))


def test_neighbours_match_transformers_features(bench: Bench, job: str) -> None:
    result = bench.do(NeighboursConfig(job=job, layer=3, index=17, neighbours=5), NearestNeighbours)
    evaluation = artifacts.load(bench.store.workspace.run(job), Evaluation)
    texts = evaluation.predictions["text"].tolist()
    trained = load_trained(bench.store.workspace.run(job)).model.loaded_backbone
    assert result.variants == ("pretrained", "fine-tuned")
    assert result.neighbours.shape == (2, 5)
    for v, backbone in enumerate((load(trained.config), trained)):
        vectors = mean_pooled(backbone.model, backbone.tokenizer, texts)
        far = np.linalg.norm(vectors - vectors[17], axis=1)
        far[17] = np.inf
        np.testing.assert_allclose(
            result.distance[v], np.sort(far)[:5] / np.median(np.delete(far, 17)), rtol=1e-3, atol=1e-4
        )
        np.testing.assert_allclose(far[result.neighbours[v]], np.sort(far)[:5], rtol=1e-3, atol=1e-4)
    assert result.neighbours[0].tolist() != result.neighbours[1].tolist()
    assert set(result.shared) == set(result.neighbours[0]) & set(result.neighbours[1])


def test_neighbours_below_the_boundary_do_not_change(bench: Bench, job: str) -> None:
    result = bench.do(NeighboursConfig(job=job, layer=2, index=0), NearestNeighbours)
    np.testing.assert_array_equal(result.neighbours[0], result.neighbours[1])
    np.testing.assert_array_equal(result.distance[0], result.distance[1])
    assert len(result.shared) == 10


@pytest.mark.parametrize(
    ("layer", "index", "sentence"),
    [
        (9, 0, "layer is 9.*0 to 3"),
        (3, 96, "index is 96.*96 lines"),
    ],
)
def test_missing_layers_and_rows_are_named(
    bench: Bench, job: str, layer: int, index: int, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        bench.do(NeighboursConfig(job=job, layer=layer, index=index), NearestNeighbours)


def test_a_run_that_was_not_trained_has_no_neighbours(bench: Bench, experiment: ExperimentConfig) -> None:
    waits = bench.store.submit(ME, experiment.model_copy(update={"freeze": FreezePlan(blocks=(1,))}))
    with pytest.raises(NotFoundError, match="no results yet"):
        bench.do(NeighboursConfig(job=waits.job.id, layer=0, index=0), NearestNeighbours)
