"""A training of several targets, and the run of each of them."""

import numpy as np
import pandas as pd
import pytest
import torch
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
from translearn_core.jobs import PredictConfig, ProbeConfig
from translearn_core.jobs.diagnostics.gradient_conflict import GradientConflictConfig
from translearn_core.results import Evaluation, Prediction, ProbeScores, RunSummary
from translearn_core.results.diagnostics.gradient_conflict import GradientConflict
from translearn_core.runs import State, artifacts
from translearn_core.training.joint.gradient_conflict import part_cosines
from translearn_core.transfer import load_trained
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
        outputs = load_trained(bench.store.workspace.run(view)).predict(list(rows["text"]))
        decoded = load_trained(bench.store.workspace.run(view)).decode(outputs)["predicted"]
        if evaluation.problem is ProblemType.REGRESSION:
            np.testing.assert_allclose(decoded, rows["predicted"], atol=1e-4)
        else:
            assert decoded.tolist() == rows["predicted"].tolist()


def test_diagnostics_of_a_target_work_and_those_of_the_whole_training_say_what_to_choose(
    bench: Bench, trained: tuple[str, RunSummary], views: list[str]
) -> None:
    scores = bench.do(ProbeConfig(job=views[2]), ProbeScores)
    assert scores.test.shape == (3, 4)
    refused = bench.store.submit(ME, ProbeConfig(job=trained[0]))
    assert bench.store.begin(refused.job.id, "test")
    run(refused.job.id, str(bench.store.workspace.root), None, "test")
    job = bench.store.job(refused.job.id)
    assert job.state is State.FAILED
    assert "choose one target, for there are several (liked, stars and subject)" in (job.reason or "")


def test_gradients_are_compared_in_the_blocks_that_train(
    bench: Bench, trained: tuple[str, RunSummary]
) -> None:
    config = GradientConflictConfig(job=trained[0], batches=4, batch_size=16)
    conflict = bench.do(config, GradientConflict)
    frame = conflict.frame()
    assert frame["part"].unique().tolist() == ["block 2"]
    pairs = [("liked", "stars"), ("liked", "subject"), ("stars", "subject")]
    assert list(zip(frame["first"], frame["second"], strict=True)) == pairs
    assert frame["cosine"].between(-1, 1).all()
    assert (frame["low"] <= frame["cosine"]).all()
    assert (frame["high"] >= frame["cosine"]).all()
    assert len(conflict.sentences) == 3


def test_cosines_of_gradients_are_those_of_hand_made_losses() -> None:
    first = {"a": torch.tensor([1.0, 0.0]), "b": torch.tensor([2.0])}
    second = {"a": torch.tensor([1.0, 1.0]), "b": torch.tensor([-3.0])}
    third = {"a": torch.zeros(2), "b": torch.tensor([1.0])}
    cosines = part_cosines(
        [first, second, None, third], {"a": "block 0", "b": "block 1"}, ["block 0", "block 1"]
    )
    assert cosines[0] == pytest.approx([2**-0.5, -1.0])
    assert np.isnan(cosines[1]).all()  # the third target had no row
    assert cosines[2] == pytest.approx([np.nan, 1.0], nan_ok=True)


def test_deleting_the_training_deletes_the_runs_of_its_targets(
    bench: Bench, trained: tuple[str, RunSummary], views: list[str]
) -> None:
    single = next(run for run in bench.store.runs(ME) if run.job.id == views[0])
    bench.store.delete_run(ME, single.id)
    assert {run.job.id for run in bench.store.runs(ME)} == {trained[0], *views[1:]}
    bench.store.submit(ME, bench.store.job(trained[0]).config)  # who submits it again gets its targets again
    assert {run.job.id for run in bench.store.runs(ME)} == {trained[0], *views}
    bench.store.delete_run(ME, next(run.id for run in bench.store.runs(ME) if run.job.id == trained[0]))
    assert not bench.store.runs(ME)
    assert not bench.store.workspace.run(views[1]).exists()
