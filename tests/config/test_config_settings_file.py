"""Settings files: the same experiment comes back, without data, from a file or an address."""

import base64
import json
import zlib

import pytest

from translearn_core.config import (
    AdaptationConfig,
    BackboneConfig,
    DataConfig,
    DistilConfig,
    ExperimentConfig,
    FreezePlan,
    HeadConfig,
    ProblemType,
    TargetConfig,
    TrainingConfig,
)
from translearn_core.config import recipe as recipe_named
from translearn_core.config.domains import DomainConfig
from translearn_core.config.recipes.catalog import RECIPES
from translearn_core.config.settings_file import MAX_BYTES, SettingsFile
from translearn_core.errors import ConfigError, DataError

DATA = DataConfig(dataset="d" * 64, text="review", label="stars")


def settings(config: ExperimentConfig) -> dict[str, object]:
    return config.model_dump(exclude={"data", "distil", "resume_from", "joint_run"})


def test_every_part_comes_back_and_no_data_goes_along():
    config = ExperimentConfig(
        data=DATA,
        backbone=BackboneConfig(id="owner/name", random_init=True),
        freeze=FreezePlan.last_n(2, 6),
        head=HeadConfig(dropout=0.3),
        training=TrainingConfig(epochs=7, seed=3),
        distil=DistilConfig(teacher="a" * 20),
        resume_from="b" * 20,
    )
    file = SettingsFile.of("mine", config)
    for again in (SettingsFile.read(file.written()), SettingsFile.decoded(file.encoded())):
        assert again == file
        assert settings(again.experiment) == settings(config)
    for secret in (DATA.dataset, "review", "stars", "a" * 20, "b" * 20):
        assert secret not in file.written()


@pytest.mark.parametrize("name", RECIPES)
def test_the_settings_of_every_recipe_fit_into_an_address(name):
    teacher = "a" * 20 if RECIPES[name].teacher else None
    config = recipe_named(name).apply(ExperimentConfig(data=DATA), 6, teacher=teacher)
    code = SettingsFile.of(name, config).encoded()
    assert len(code) < 1_500
    assert settings(SettingsFile.decoded(code).experiment) == settings(config)


def test_settings_that_need_domains_or_another_problem_type_come_back():
    domains = DomainConfig(column="language", source=("en",), target=("de",))
    number = (TargetConfig(column="price", problem=ProblemType.REGRESSION),)
    for config in (
        ExperimentConfig(
            data=DATA.model_copy(update={"domains": domains}),
            freeze=FreezePlan.last_n(1, 6),
            adaptation=AdaptationConfig(),
        ),
        ExperimentConfig(data=DataConfig(dataset="d" * 64, text="review", targets=number)),
    ):
        assert settings(SettingsFile.of("x", config).experiment) == settings(config)


@pytest.mark.parametrize(
    "code", ["", "x", "%%%", "é", base64.urlsafe_b64encode(zlib.compress(b"[]")).decode(), "a" * 50_000]
)
def test_what_is_no_code_of_settings_is_refused(code):
    with pytest.raises(DataError, match="no settings"):
        SettingsFile.decoded(code)


def test_a_code_that_unpacks_to_gigabytes_is_refused_at_once():
    bomb = zlib.compress(b" " * 50 * MAX_BYTES, 9)
    with pytest.raises(DataError, match="no settings"):
        SettingsFile.decoded(base64.urlsafe_b64encode(bomb).decode())


@pytest.mark.parametrize("part", ["data", "resume_from", "distil", "joint_run"])
def test_a_file_that_names_data_or_runs_is_refused(part):
    text = json.dumps({"translearn": 1, "settings": {part: {"dataset": "d" * 64}}})
    with pytest.raises(DataError, match="no settings"):
        SettingsFile.read(text).experiment  # noqa: B018


def test_an_invalid_setting_is_named():
    file = SettingsFile.read('{"translearn": 1, "settings": {"training": {"epochs": -1}}}')
    with pytest.raises(ConfigError, match="epochs"):
        file.experiment  # noqa: B018
