"""A training of several targets, and the run of each of them."""

import numpy as np
import pandas as pd
import pytest
from worker_bench import ME, Bench

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    Precision,
    ProblemType,
    TargetConfig,
    TrainingConfig,
    job_id,
)
from translearn_core.config.settings import Settings
from translearn_core.jobs import PredictConfig
from translearn_core.results import Evaluation, Prediction, RunSummary
from translearn_core.runs import State, artifacts
from translearn_core.worker.runtime import run

SUBJECTS = ("film", "book", "song")


def table() -> bytes:
    """Return 120 texts with a verdict, a subject, a number and tags; a third of the numbers is missing."""
    words, endings = ("great", "lovely", "awful", "boring"), range(10)
    rows = [
        {
            "text": f"a {word} {subject} on day {ending}",
            "liked": "yes" if k < 2 else "no",
            "subject": subject,
            "stars": "" if (ending + k) % 3 == 0 else str(4.5 - k + 0.01 * ending),
            "tags": ";".join([subject] * (k % 2 == 0) + ["early"] * (ending < 5)),
        }
        for ending in endings
        for subject in SUBJECTS
        for k, word in enumerate(words)
    ]
    return pd.DataFrame(rows).to_csv(index=False).encode()


@pytest.fixture(scope="module")
def joint(bench: Bench, backbone: BackboneConfig) -> ExperimentConfig:
    dataset = bench.store.add_dataset(ME, "films.csv", {"train": table()}, Settings())
    targets = (
        TargetConfig(column="liked"),
        TargetConfig(column="stars", problem=ProblemType.REGRESSION, loss_weight=2.0),
        TargetConfig(column="subject"),
    )
    return ExperimentConfig(
        data=DataConfig(dataset=dataset.digest, text="text", targets=targets),
        backbone=backbone,
        freeze=FreezePlan(blocks=(2,)),
        features=FeatureConfig(token_limit=32),
        training=TrainingConfig(epochs=4, lr=1e-3, head_lr=1e-2, batch_size=8, precision=Precision.FLOAT32),
    )


@pytest.fixture(scope="module")
def trained(bench: Bench, joint: ExperimentConfig) -> tuple[str, RunSummary]:
    job = bench.store.submit(ME, joint, "films").job.id
    return job, bench.do(joint, RunSummary)


@pytest.fixture(scope="module")
def views(bench: Bench, joint: ExperimentConfig, trained: tuple[str, RunSummary]) -> list[str]:
    """Execute the queued runs of the targets; return their jobs."""
    jobs = [job_id(config) for config in joint.target_runs(trained[0])]
    for job in jobs:
        assert bench.store.job(job).state is State.QUEUED
        assert bench.store.begin(job, "test")
        run(job, str(bench.store.workspace.root), None, "test")
        assert bench.store.job(job).state is State.DONE
    return jobs


def test_each_target_becomes_a_run_with_its_own_results(
    bench: Bench, trained: tuple[str, RunSummary], views: list[str]
) -> None:
    job, joint = trained
    assert [run.name for run in bench.store.runs(ME)][::-1] == [
        "films", "films: liked", "films: stars", "films: subject",
    ]  # fmt: skip
    folder = bench.store.workspace.run
    for column, view in zip(("liked", "stars", "subject"), views, strict=True):
        summary = artifacts.load(folder(view), RunSummary)
        own = {name: joint.test[f"{column}/{name}"] for name in summary.test.scores}
        assert own == summary.test.scores
        history = bench.store.history(view)
        assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4]
        assert len(history.steps) == len(bench.store.history(job).steps)
        best = next(epoch for epoch in history.epochs if epoch.best)
        selected = "pearson" if column == "stars" else "macro_f1"
        assert best.validation[selected] == pytest.approx(summary.validation[selected].value, abs=1e-5)
    assert joint.test.metric.name == "mean_score"
    selecting = [joint.test[name].value for name in ("liked/macro_f1", "stars/pearson", "subject/macro_f1")]
    assert joint.test.headline.value == pytest.approx(np.mean(selecting))


def test_the_saved_model_of_a_target_predicts_as_it_was_evaluated(bench: Bench, views: list[str]) -> None:
    for view in views:
        evaluation = artifacts.load(bench.store.workspace.run(view), Evaluation)
        rows = evaluation.predictions.iloc[:5]
        answer = bench.do(PredictConfig(job=view, texts=tuple(rows["text"])), Prediction)
        assert len(answer.frame()) >= 5
