"""Runs that predict held-out rows only, and the predictions of their training rows later."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.training.test_multi_label_training import DATA as MULTI_LABEL_DATA
from tests.training.test_multi_label_training import tagged
from tests.training.test_regression_training import prepared as rated
from tests.training.test_stage_schedule import staged
from tests.training.test_training import Script, experiment, toy
from tests.training.test_words import config as words_experiment
from tests.training.test_words import words
from translearn_core.activations import ActivationCache, no_progress
from translearn_core.config import ExperimentConfig, FreezePlan, Stage, job_id
from translearn_core.data.dataset import PreparedDataset
from translearn_core.errors import NotFoundError
from translearn_core.experiment import predict_training_rows
from translearn_core.results import Evaluation, HeldOutLogits, NeighbourBank, RunSummary
from translearn_core.runs import artifacts

Prepare = Callable[[], PreparedDataset]


def held_out_only(config: ExperimentConfig) -> ExperimentConfig:
    return config.model_copy(update={"training": config.training.model_copy(update={"predict_train": False})})


def complete(config: ExperimentConfig, folder: Path, prepare: Prepare = toy) -> int:
    store = ActivationCache(folder.parent / "activations", 10**9)
    return predict_training_rows(config, prepare, folder, store=store, report=no_progress)


def load(folder: Path) -> tuple[Evaluation, HeldOutLogits, RunSummary]:
    results = [artifacts.read(folder, kind) for kind in (Evaluation, HeldOutLogits, RunSummary)]
    assert all(results)
    return tuple(results)  # type: ignore[return-value]


def assert_equal(first: Evaluation, second: Evaluation) -> None:
    assert first == second
    pd.testing.assert_frame_equal(first.predictions, second.predictions, check_exact=True)


def staged_run(tiny: str) -> ExperimentConfig:
    return staged(tiny, FreezePlan(blocks=(1, 2)), Stage(freeze=FreezePlan(), epochs=2), lr=1e-3, epochs=1)


CASES: dict[str, tuple[Callable[[str], ExperimentConfig], Prepare]] = {
    "all blocks": (lambda tiny: experiment(tiny, "all", epochs=1), toy),
    "cached states": (lambda tiny: experiment(tiny, epochs=2), toy),
    "stages": (staged_run, toy),
    "labels": (
        lambda tiny: experiment(tiny, epochs=2).model_copy(update={"data": MULTI_LABEL_DATA}),
        tagged,
    ),
    "numbers": (lambda tiny: experiment(tiny, epochs=2), rated),
    "words": (lambda tiny: words_experiment(tiny, epochs=2), words),
}


@pytest.mark.parametrize("case", CASES)
def test_training_rows_predicted_later_are_what_the_run_would_have_predicted(
    case: str, tiny: str, tmp_path: Path
) -> None:
    config, prepare = CASES[case][0](tiny), CASES[case][1]
    Script().run(config, tmp_path / "whole", prepare=prepare)
    Script().run(held_out_only(config), tmp_path / "part", prepare=prepare)
    whole, logits, summary = load(tmp_path / "whole")
    part, part_logits, part_summary = load(tmp_path / "part")
    assert part.metrics == whole.metrics
    assert part == whole
    for split in ("validation", "test"):
        assert np.array_equal(getattr(part_logits, split), getattr(logits, split))
    assert replace(part_summary, seconds={}, reuse=None) == replace(summary, seconds={}, reuse=None)
    train = (whole.predictions["split"] == "train").to_numpy()
    assert np.array_equal(part.predicted_rows, ~train)
    assert whole.predicted_rows.all()
    assert part.predictions.loc[train, "score"].isna().all()
    pd.testing.assert_frame_equal(part.predictions[~train], whole.predictions[~train], check_exact=True)
    context = ["row", "split", "text", "label"]
    pd.testing.assert_frame_equal(part.predictions[context], whole.predictions[context])
    assert artifacts.read(tmp_path / "part", NeighbourBank) is None

    assert complete(held_out_only(config), tmp_path / "part", prepare) == train.sum()
    assert_equal(load(tmp_path / "part")[0], whole)
    assert load(tmp_path / "part")[2] == part_summary
    banks = [artifacts.read(tmp_path / name, NeighbourBank) for name in ("whole", "part")]
    assert all(banks)
    assert np.array_equal(banks[0].vectors, banks[1].vectors)
    assert np.array_equal(banks[0].index, banks[1].index)


def test_a_rung_that_keeps_its_parents_weights_predicts_with_these(tiny: str, tmp_path: Path) -> None:
    first = held_out_only(experiment(tiny, epochs=3))
    Script().run(first, tmp_path / "first")
    training = first.training.model_copy(update={"lr": 1.0, "head_lr": 10.0, "epochs": 1})
    worse = first.model_copy(update={"training": training, "resume_from": "first"})
    summary = Script().run(worse, tmp_path / "worse", parent=tmp_path / "first")
    assert summary.best_epoch <= 3
    for name, config in (("first", first), ("worse", worse)):
        complete(config, tmp_path / name)
    assert_equal(load(tmp_path / "first")[0], load(tmp_path / "worse")[0])


def test_training_further_leaves_no_neighbours_of_earlier_weights(tiny: str, tmp_path: Path) -> None:
    config = held_out_only(experiment(tiny, epochs=1))
    Script().run(config, tmp_path / "run")
    complete(config, tmp_path / "run")
    assert artifacts.read(tmp_path / "run", NeighbourBank) is not None
    Script().run(config, tmp_path / "run")
    assert artifacts.read(tmp_path / "run", NeighbourBank) is None


def test_a_run_without_results_is_refused(tiny: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no results"):
        complete(experiment(tiny), tmp_path / "run")


def test_the_default_leaves_the_job_id_as_it_was(tiny: str) -> None:
    config = experiment(tiny)
    assert job_id(config) != job_id(held_out_only(config))
    stored = config.model_dump_json(by_alias=True)
    assert job_id(
        ExperimentConfig.model_validate_json(stored.replace('"predict_train":true,', ""))
    ) == job_id(config)
