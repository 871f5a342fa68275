"""A run whose training rows were not predicted: what is missing, until they are predicted."""

import numpy as np
import pytest
from worker_bench import Bench

from translearn_core.config import ExperimentConfig, job_id
from translearn_core.errors import NotFoundError
from translearn_core.jobs import PredictConfig, ProjectConfig, TrainingPredictionsConfig
from translearn_core.results import Evaluation, Prediction, Projection, TrainingPredictions
from translearn_core.runs import artifacts


@pytest.fixture
def run(bench: Bench, experiment: ExperimentConfig) -> str:
    """A run that predicted held-out rows only."""
    training = experiment.training.model_copy(update={"epochs": 1, "predict_train": False})
    return bench.train(experiment.model_copy(update={"training": training}))


def evaluation(bench: Bench, run: str) -> Evaluation:
    result = artifacts.load(bench.store.workspace.run(run), Evaluation)
    assert result is not None
    return result


def test_it_has_no_neighbours_and_colours_until_its_training_rows_are_predicted(
    bench: Bench, run: str
) -> None:
    asked, projected = PredictConfig(job=run, texts=("a fine story",)), ProjectConfig(job=run, layer=3)
    before = bench.do(asked, Prediction)
    assert before.neighbours.empty
    train = (evaluation(bench, run).predictions["split"] == "train").to_numpy()
    missing = bench.do(projected, Projection)
    assert np.array_equal(missing.predicted == -1, train[missing.index])
    assert np.array_equal(missing.frame()["predicted"].isna(), train[missing.index])

    done = bench.do(TrainingPredictionsConfig(job=run), TrainingPredictions)
    assert done.rows == train.sum()
    assert evaluation(bench, run).predicted_rows.all()
    for config in (asked, projected):
        with pytest.raises(NotFoundError):
            bench.store.job(job_id(config))
    after = bench.do(asked, Prediction)
    assert len(after.neighbours) > 0
    assert np.array_equal(after.outputs, before.outputs)
    whole = bench.do(projected, Projection)
    assert (whole.predicted >= 0).all()
    known = missing.predicted >= 0
    assert np.array_equal(whole.predicted[known], missing.predicted[known])
