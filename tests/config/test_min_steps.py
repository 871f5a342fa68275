"""Epochs are multiplied up to a minimum number of steps, in all stages alike."""

import pytest

from translearn_core.config import (
    RECIPES,
    AugmentConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    RecipeName,
    TrainingConfig,
)
from translearn_core.config.studies.min_steps import with_min_steps

DATA = DataConfig(dataset="d", text="text", label="label")


def experiment(epochs: int = 3, **parts: object) -> ExperimentConfig:
    return ExperimentConfig(data=DATA, training=TrainingConfig(epochs=epochs, batch_size=32), **parts)


def steps(config: ExperimentConfig, rows: int) -> int:
    return sum(stage.epochs for stage in config.resolved_stages) * -(-rows // config.training.batch_size)


@pytest.mark.parametrize(("rows", "epochs"), [(8, 60), (32, 60), (33, 30), (64, 30), (320, 6), (640, 3)])
def test_epochs_are_added_until_there_are_so_many_steps(rows: int, epochs: int) -> None:
    longer = with_min_steps(experiment(), rows, 60)
    assert longer.training.epochs == epochs
    assert 60 <= steps(longer, rows) < 60 + steps(experiment(), rows)


def test_enough_steps_stay_the_very_same_experiment() -> None:
    assert with_min_steps(experiment(), 640, 60) == experiment()
    assert with_min_steps(experiment(), 8, 0) == experiment()


def test_stages_and_their_patience_grow_alike() -> None:
    staged = RECIPES[RecipeName.LP_FT].apply(experiment(), 6)
    longer = with_min_steps(staged, 8, 60)
    assert [stage.epochs for stage in staged.resolved_stages] == [20, 3]
    assert [(stage.epochs, stage.patience) for stage in longer.resolved_stages] == [(60, 9), (9, None)]


def test_altered_copies_are_rows_too() -> None:
    assert with_min_steps(experiment(augment=AugmentConfig(copies=3)), 16, 60).training.epochs == 30


def test_the_most_that_may_be_asked_for_still_is_an_experiment() -> None:
    for epochs in (1, 250, 499):
        longest = with_min_steps(experiment(epochs, freeze=FreezePlan()), 2, 500)
        assert ExperimentConfig.model_validate(longest.model_dump()) == longest
