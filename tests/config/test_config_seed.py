"""Non-finite numbers and seeds out of range are refused in every configuration."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FreezePlan,
    StudyConfig,
    TrainingConfig,
    apply_overrides,
    depth_study,
    expand_grid,
    next_seed_run,
)
from translearn_core.config.base import MAX_SEED
from translearn_core.config.studies.study_file import StudyFile, read_study_file
from translearn_core.jobs import SPECS, TRAIN, AdviseConfig, PredictConfig

DATA = DataConfig(dataset="d", text="t", label="l")


def refused(error: ValidationError) -> tuple[str, str]:
    first = error.errors()[0]
    return ".".join(map(str, first["loc"])), first["msg"]


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan, "inf", "Infinity", "nan"])
def test_a_number_that_is_not_finite_is_refused_by_the_name_of_its_field(number: object) -> None:
    for kind, field, parts in (
        (TrainingConfig, "max_grad_norm", {}),
        (PredictConfig, "temperature", {"job": "j", "texts": ("a",)}),
        (AdviseConfig, "seconds", {"data": DATA}),
    ):
        with pytest.raises(ValidationError) as raised:
            kind.model_validate({**parts, field: number})
        assert refused(raised.value) == (field, "Input should be a finite number")
    with pytest.raises(ValidationError) as raised:
        apply_overrides(ExperimentConfig(data=DATA), {"training.max_grad_norm": number})
    assert refused(raised.value)[0] == "training.max_grad_norm"


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan"])
def test_a_study_file_cannot_set_one(number: str, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(f"name: s\ntext: t\nlabel: l\nsettings: {{training.max_grad_norm: {number}}}\n")
    with pytest.raises(ValidationError) as raised:
        StudyFile.model_validate(read_study_file(file, {}))
    assert refused(raised.value)[0].startswith("settings.training.max_grad_norm")


def seeds(schema: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every integer that a field named for a seed takes."""
    if isinstance(schema, list):
        for one in schema:
            yield from seeds(one, name)
    elif isinstance(schema, dict):
        if "seed" in name and schema.get("type") == "integer":
            yield name, schema
        for key, below in schema.items():
            yield from seeds(below, name if key in ("items", "prefixItems", "anyOf") else key)


@pytest.mark.parametrize("kind", [*(spec.config for spec in SPECS.values()), StudyConfig])
def test_every_seed_there_is_has_the_same_range(kind: type[Any]) -> None:
    for name, schema in seeds(kind.model_json_schema(by_alias=False)):
        assert (schema.get("minimum"), schema.get("maximum")) == (0, MAX_SEED), name


def test_the_seeds_of_a_training_are_found_by_that() -> None:
    names = {name for name, _ in seeds(TRAIN.config.model_json_schema(by_alias=False))}
    assert names == {"seed", "init_seed", "subset_seed"}
    assert "seeds" in {name for name, _ in seeds(StudyConfig.model_json_schema(by_alias=False))}


def test_the_largest_seed_is_the_largest_that_all_libraries_take() -> None:
    np.random.RandomState(MAX_SEED)
    np.random.default_rng(MAX_SEED)
    torch.Generator().manual_seed(MAX_SEED)
    with pytest.raises(ValueError, match="Seed must be between"):
        np.random.RandomState(MAX_SEED + 1)


def test_a_seed_beyond_it_is_refused_by_name() -> None:
    for seed in (MAX_SEED + 1, 99999999999999999999999, -1):
        with pytest.raises(ValidationError) as raised:
            TrainingConfig(seed=seed)
        assert refused(raised.value)[0] == "seed"
        with pytest.raises(ValidationError) as raised:
            StudyConfig(data=DATA, recipes=("linear",), seeds=(0, seed))
        assert refused(raised.value)[0] == "seeds.1"


def test_what_is_made_from_the_largest_seed_can_be_read_again() -> None:
    last = ExperimentConfig(
        data=DATA, backbone=BackboneConfig(random_init=True), freeze=FreezePlan.full(6),
        training=TrainingConfig(seed=MAX_SEED),
    )  # fmt: skip
    following = next_seed_run(last)
    assert following.training.seed != MAX_SEED
    assert ExperimentConfig.model_validate_json(following.model_dump_json()) == following
    study = StudyConfig(data=DATA, recipes=("scratch",), seeds=(MAX_SEED,), sizes=(64,), resample=True)
    for one in expand_grid(study, {BackboneConfig().label: 6}):
        assert ExperimentConfig.model_validate_json(one.config.model_dump_json()) == one.config
    with pytest.raises(ValidationError, match="seeds"):
        depth_study(last, 6)
