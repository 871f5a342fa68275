"""Prediction of one text without each of its words, by a run and its control."""

import numpy as np
import pytest
from worker_bench import Bench

from translearn_core.analysis.error_analysis.occlusion import log_odds
from translearn_core.config import ExperimentConfig, job_id
from translearn_core.errors import DataError
from translearn_core.jobs import OcclusionConfig, PredictConfig
from translearn_core.results import Occlusion, Prediction, RunSummary
from translearn_core.worker.prediction.occlusion import MOST_WORDS


@pytest.fixture(scope="module")
def runs(bench: Bench, experiment: ExperimentConfig) -> tuple[str, str]:
    backbone = experiment.backbone.model_copy(update={"random_init": True})
    control = experiment.model_copy(update={"backbone": backbone})
    for config in (experiment, control):
        bench.do(config, RunSummary)
    return job_id(experiment), job_id(control)


def odds(bench: Bench, job: str, texts: tuple[str, ...], name: str) -> np.ndarray:
    predicted = bench.do(PredictConfig(job=job, texts=texts, neighbours=0), Prediction)
    return log_odds(np.log(predicted.outputs.astype(float)), predicted.names.index(name))


def test_each_word_is_left_out_of_both_models(bench: Bench, runs: tuple[str, str]) -> None:
    run, control = runs
    text = "a good film, really"
    result = bench.do(OcclusionConfig(job=run, text=text, control=control), Occlusion)
    assert result.words["word"].tolist() == ["a", "good", "film,", "really"]
    texts = (text, "good film, really", "a film, really", "a good really", "a good film,")
    for column, job in (("importance", run), ("control", control)):
        whole, *without = odds(bench, job, texts, result.predicted)
        np.testing.assert_allclose(result.words[column], whole - np.array(without), atol=1e-3)
    prediction = bench.do(PredictConfig(job=control, texts=(text,), neighbours=0), Prediction)
    assert result.control_predicted == prediction.decoded["predicted"][0]
    assert result.control_probability == pytest.approx(prediction.decoded["confidence"][0], abs=1e-5)


def test_without_a_control_its_column_is_empty(bench: Bench, runs: tuple[str, str]) -> None:
    result = bench.do(OcclusionConfig(job=runs[0], text=" ".join(["good"] * 70)), Occlusion)
    assert result.words["control"].isna().all()
    assert (result.control_predicted, len(result.words)) == (None, MOST_WORDS)
    assert bench.do(OcclusionConfig(job=runs[0], text="good"), Occlusion).words["word"].tolist() == ["good"]
    with pytest.raises(DataError, match="empty"):
        bench.do(OcclusionConfig(job=runs[0], text="  "), Occlusion)
