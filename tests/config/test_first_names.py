"""Job ids and stored configurations stay what they were when fields are renamed."""

import json

import pytest

from translearn_core.config import ExperimentConfig, StudyConfig, apply_overrides, job_id
from translearn_core.config.base import FIRST_NAMES, canonical_json
from translearn_core.config.studies.study_file import StudyFile, read_study_file
from translearn_core.jobs import SPECS

DATA = {"dataset": "d", "text": "t", "label": "c"}
STORED = [
    (
        "train",
        "2f24042c4cefe374fcd0",
        {
            "data": DATA
            | {
                "fixes": ["drop rare classes"],
                "rare_below": 9,
                "train_rows": 64,
                "rows_seed": 3,
                "balanced": True,
            },
            "backbone": {"id": "o/n", "blocks": 4, "fresh_top": 1},
            "plan": {"blocks": [3]},
            "stages": [{"plan": {}, "epochs": 2}],
            "features": {"pooling": "cls"},
            "training": {"rates": [0.1, 0.1, 0.1, 0.1], "decay": 0.9, "clip": 0.5, "warmup": 0.2},
            "continues": "j",
        },
    ),
    ("train", "fcdf76849bfc045d56cb", {"data": DATA, "features": {"layers": "one", "layer": 2}}),
    ("train", "977d3c9428ce4d06aae0", {"data": DATA}),
    ("probe", "c31c9c8a3639265f004e", {"job": "j", "about": "k", "fresh": False, "controls": 2}),
    ("baselines", "a920c42d768fe04db5a0", {"job": "j", "scratch": "k"}),
    ("similarity", "b26bff56e09fbbe59315", {"job": "j", "sibling": "k"}),
    ("forgetting", "c853bd6647717c3444eb", {"job": "j", "earlier": ["k"]}),
    ("pretrain", "28936084f9f40763d1be", {"dataset": "d", "text": "t", "masked": 0.3}),
    (
        "label_efficiency",
        "db049a0acad0194b2772",
        {
            "data": DATA,
            "sizes": [8],
            "seeds": [0],
            "cells": [{"name": "a", "rows": 8, "jobs": ["j"]}],
            "at": 16,
        },
    ),
    ("compare", "ae6cd75b24b5d3c9bcc0", {"cells": [{"name": "a", "jobs": ["j"]}], "baseline": "a"}),
    ("diagnose", "8baca53066b8bcbd001d", {"data": DATA | {"rare_below": 7}, "backbone": {"blocks": 2}}),
    ("lr_finder", "cbf67ffe5752bda48100", {"experiment": {"data": DATA, "training": {"clip": 2.0}}}),
    (
        "report",
        "39a8c917af2f2cb7accd",
        {
            "parts": ["j"],
            "study": {
                "data": DATA,
                "recipes": ["full"],
                "own": {"data": DATA},
                "redraw": True,
                "fewest_steps": 50,
                "settings": {"training.clip": 0.5},
            },
        },
    ),
]
"""Kind, id and configuration of jobs under the first names of all fields."""


def keys(value):
    if isinstance(value, dict):
        return set(value).union(*(keys(v) for v in value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(("kind", "job", "stored"), STORED)
def test_a_configuration_with_first_names_has_the_id_it_had(kind: str, job: str, stored: dict) -> None:
    config = SPECS[kind].config.model_validate(stored)
    assert job_id(config) == job
    assert type(config).model_validate_json(canonical_json(config)) == config
    for_people = config.model_dump_json()
    assert type(config).model_validate_json(for_people) == config
    renamed = {new for new, first in FIRST_NAMES.items() if first in keys(stored)}
    assert renamed <= keys(json.loads(for_people))


def test_the_examples_have_every_first_name() -> None:
    assert set(FIRST_NAMES.values()) <= set().union(*(keys(stored) for _, _, stored in STORED))


def test_overrides_and_study_settings_take_first_names() -> None:
    experiment = ExperimentConfig.model_validate({"data": DATA})
    first = {"training.clip": 0.5, "plan.blocks": [1], "backbone.blocks": 2}
    current = {"training.max_grad_norm": 0.5, "freeze.blocks": [1], "backbone.keep_blocks": 2}
    assert apply_overrides(experiment, first) == apply_overrides(experiment, current) != experiment
    settings = [{"training.clip": 0.5}, {"training.max_grad_norm": 0.5}]
    old, new = (StudyConfig(data=experiment.data, recipes=("full",), settings=each) for each in settings)
    assert old == new
    assert canonical_json(old) == canonical_json(new)
    assert json.loads(new.model_dump_json())["settings"] == settings[1]
    with pytest.raises(ValueError, match="freeze is the study's to set"):
        StudyConfig(data=experiment.data, recipes=("full",), settings={"plan.blocks": [1]})


def test_study_files_take_first_names(tmp_path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        "name: s\ntext: t\nlabel: c\nrecipes: [full]\nredraw: true\nfewest_steps: 9\nrare_below: 3\n"
        "own: {plan: {blocks: [1]}, training: {clip: 0.5}}\n"
    )
    study = StudyFile.model_validate(read_study_file(file, {})).study("d")
    assert (study.resample, study.min_steps, study.data.rare_class_below) == (True, 9, 3)
    assert study.custom_recipe is not None
    assert (study.custom_recipe.freeze.blocks, study.custom_recipe.training.max_grad_norm) == ((1,), 0.5)
    written = StudyFile.of(study, "s", {}).written()
    assert not {"redraw:", "fewest_steps:", "rare_below:", "own:", "plan:", "clip:"} & set(written.split())
