"""Experiments built from options, and the option that an error names."""

from pathlib import Path
from typing import Any

import pytest

from translearn_core.commands.experiment import build_experiment, parse_overrides
from translearn_core.commands.terminal.options import ExperimentOptions, given_options
from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig, FreezePlan, TrainingConfig
from translearn_core.config.settings_file import SettingsFile
from translearn_core.errors import ConfigError, DataError, TranslearnError
from translearn_core.jobs import PretrainConfig
from translearn_core.results import BackboneInfo

SIX = BackboneInfo("six", "Six", 8, 512, 99, False, 10, (5,) * 6, 0, "Block", 400, "d")


def made(*words: str, train_blocks: str | None = None, recipe: str | None = None) -> ExperimentConfig:
    return build_experiment(
        DataConfig(dataset="d", text="a", label="b"),
        BackboneConfig(),
        SIX,
        train_blocks=train_blocks,
        training={},
        recipe=recipe,
        teacher=None,
        settings=parse_overrides(words),
    )


@pytest.mark.parametrize(
    ("words", "more", "field", "value", "allowed"),
    [
        (["freeze.blocks=[9]"], {}, "freeze.blocks", 9, "0 to 5"),
        (["freeze.blocks=[9]"], {"train_blocks": "1"}, "freeze.blocks", 9, "0 to 5"),
        (["freeze.blocks=[9]"], {"recipe": "last-k"}, "freeze.blocks", 9, "0 to 5"),
        (['freeze={"blocks":[9]}'], {}, "freeze.blocks", 9, "0 to 5"),
        ([], {"train_blocks": "9"}, "train_blocks", 9, "0 to 5"),
        (["freeze.embeddings=true"], {"train_blocks": "9"}, "train_blocks", 9, "0 to 5"),
        (["backbone.keep_blocks=3"], {"train_blocks": "5"}, "train_blocks", 5, "0 to 2"),
        (
            ["backbone.reinit_top_layers=9"],
            {"train_blocks": "all"},
            "backbone.reinit_top_layers",
            9,
            "at most 6",
        ),
    ],
)
def test_an_error_names_what_was_set(
    words: list[str], more: dict[str, Any], field: str, value: int, allowed: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        made(*words, **more)
    assert (caught.value.field, caught.value.value) == (field, value)
    assert allowed in str(caught.value)


@pytest.mark.parametrize("recipe", ["lora", "bitfit", "gradual", "lp-ft", "full", "scratch"])
def test_a_recipe_that_trains_blocks_is_refused_without_one(recipe: str) -> None:
    with pytest.raises(ConfigError) as caught:
        made(train_blocks="none", recipe=recipe)
    assert (caught.value.field, caught.value.value) == ("train_blocks", "none")
    assert recipe in str(caught.value)


@pytest.mark.parametrize("recipe", ["linear", "dense", "mix"])
def test_a_recipe_that_trains_a_head_alone_needs_no_block(recipe: str) -> None:
    assert made(train_blocks="none", recipe=recipe) == made(recipe=recipe)


@pytest.mark.parametrize(
    ("word", "start", "fix"),
    [
        ("data.text=b", "data: ", "two different columns"),
        ("features.layer=99", "features: ", "layer_combination 'one'"),
        ('stages=[{"epochs":1}]', "stages.0.freeze is missing", "give"),
        ("training.epochs=", "training.epochs is ''", "whole number"),
        ("training.lr=0", "training.lr is 0", "greater than 0"),
        ('head={"colour":1}', "head.colour is 1", "leave it out"),
        ("freeze.blocks=7", "freeze.blocks is 7", "list"),
        (f"freeze.blocks={'[' * 90}{']' * 90}", "freeze.blocks.0 is [[", ""),
        (f"freeze.blocks={'[' * 3000}{']' * 3000}", f"freeze.blocks is '{'[' * 78}…", "nested"),
        (f"freeze.blocks={'[' * 200_000}", f"freeze.blocks is '{'[' * 78}…", "nested"),
    ],
)
def test_a_setting_that_cannot_be_is_a_short_sentence_with_the_fix(word: str, start: str, fix: str) -> None:
    with pytest.raises(TranslearnError) as caught:
        made(word)
    assert str(caught.value).startswith(start)
    assert fix in str(caught.value)


def test_blocks_that_are_set_train() -> None:
    assert made("freeze.blocks=[1,5]", train_blocks="3").freeze.blocks == (1, 5)


def test_only_what_was_given_and_the_configuration_knows_reaches_it() -> None:
    options = ExperimentOptions(Path("f.csv"), "a", "b", lr=0.1, batch_size=4, seed=3)
    rest = {"precision": "auto", "device": "auto", "seed": 3}
    assert given_options(options, TrainingConfig) == {"lr": 0.1, "batch_size": 4, **rest}
    known = given_options(options, PretrainConfig).keys()
    assert known - rest.keys() == {"text", "backbone", "lr", "batch_size"}


def test_a_word_without_a_value_is_said() -> None:
    assert parse_overrides(["a=1", "b=x", "c=[1,2]", "d=e=f"]) == {"a": 1, "b": "x", "c": [1, 2], "d": "e=f"}
    with pytest.raises(ConfigError, match=r"set is 'training\.epochs'"):
        parse_overrides(["training.epochs"])


@pytest.fixture
def shared() -> ExperimentConfig:
    """The experiment of a settings file."""
    training = TrainingConfig(epochs=2, lr=1e-4, seed=3)
    data = DataConfig(dataset="e", text="c", label="d")
    return ExperimentConfig(data=data, freeze=FreezePlan.last_n(1, 6), training=training)


def from_file(
    shared: ExperimentConfig, *words: str, train_blocks: str | None = None, **training: Any
) -> ExperimentConfig:
    return build_experiment(
        DataConfig(dataset="d", text="a", label="b"),
        shared.backbone,
        SIX,
        train_blocks=train_blocks,
        training=training,
        recipe=None,
        teacher=None,
        settings=parse_overrides(words),
        start=shared,
    )


def test_a_settings_file_gives_all_but_the_data(shared: ExperimentConfig) -> None:
    made_here = from_file(shared)
    assert made_here == shared.model_copy(update={"data": made_here.data})
    assert made_here.data.text == "a"


def test_options_win_over_the_settings_file(shared: ExperimentConfig) -> None:
    changed = from_file(shared, "training.lr=0.5", train_blocks="last:2", epochs=7)
    assert (changed.training.lr, changed.training.epochs, changed.training.seed) == (0.5, 7, 3)
    assert changed.freeze.blocks == (4, 5)


def test_a_settings_file_is_read_or_refused_in_a_sentence(tmp_path: Path, shared: ExperimentConfig) -> None:
    path = tmp_path / "settings.json"
    path.write_text(SettingsFile.of("shared", shared).written())
    assert SettingsFile.load(path).experiment.training == shared.training
    path.write_text("{}")
    with pytest.raises(DataError, match="no settings of TransLearn"):
        SettingsFile.load(path)
    with pytest.raises(DataError, match="is not there: give a settings file"):
        SettingsFile.load(tmp_path / "none.json")


@pytest.mark.parametrize(("recipe", "random_init"), [("linear", True), ("linear", False), ("scratch", False)])
def test_random_weights_asked_for_stay_under_a_recipe(recipe: str, random_init: bool) -> None:
    config = build_experiment(
        DataConfig(dataset="d", text="a", label="b"),
        BackboneConfig(random_init=random_init),
        SIX,
        train_blocks=None,
        training={},
        recipe=recipe,
        teacher=None,
        settings={},
    )
    assert config.backbone.random_init is (random_init or recipe == "scratch")
