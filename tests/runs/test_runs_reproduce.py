"""Commands that repeat diagnostics of a table: the command line reads the same settings out of them."""

import shlex
from typing import Any

import typer

from translearn_core.commands.cli import app
from translearn_core.commands.few_labels.zero_shot import parse_descriptions
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    DomainConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    ReadOptions,
    SplitConfig,
)
from translearn_core.config.few_labels.zero_shot import ClassDescription, DescriptionConfig
from translearn_core.jobs import ZeroShotConfig
from translearn_core.jobs.diagnostics.unlabelled_texts import (
    ClusterConfig,
    ClusterMethod,
    DescribedClassesConfig,
)
from translearn_core.runs import reproduce

DATA = DataConfig(
    dataset="d",
    text="the text",
    label="label",
    split=SplitConfig(seed=3),
    domains=DomainConfig(column="kind"),
)
EXPERIMENT = ExperimentConfig(
    data=DATA, freeze=FreezePlan.last_n(2, 6), features=FeatureConfig(token_limit=64)
)
CLASSES = (ClassDescription(name="b=c", text="praise"), ClassDescription(name="no", text="two words"))


def parsed(command: str) -> dict[str, Any]:
    """Return the options that the command line reads out of a command, which must be one of its own."""
    program, name, *words = shlex.split(command)
    assert program == "translearn"
    return typer.main.get_command(app).commands[name].make_context(name, words).params  # type: ignore[attr-defined,no-any-return]


def test_a_matrix_without_runs_names_what_counts_for_frozen_layers():
    given = parsed(reproduce.transfer_command(EXPERIMENT, 0, "-my file.csv", ("train", "test")))
    assert (str(given["file"]), str(given["test"])) == ("-my file.csv", "test.csv")
    assert (given["text"], given["label"], given["domain"]) == ("the text", ["label"], "kind")
    assert (given["split_seed"], given["seeds"], given["train_blocks"], given["epochs"]) == (3, 0, None, None)
    assert "features.token_limit=64" in given["settings"]
    assert not any(setting.startswith(("freeze.", "training.")) for setting in given["settings"])


def test_a_matrix_with_runs_trains_the_same_with_as_many_seeds():
    given = parsed(reproduce.transfer_command(EXPERIMENT, 3, "data.csv"))
    assert (given["seeds"], given["train_blocks"], given["seed"]) == (3, "4,5", 0)


def test_zero_shot_has_its_descriptions_and_template():
    classes = DescriptionConfig(template="It is about {}", descriptions=(CLASSES[1],))
    config = ZeroShotConfig(data=DATA, classes=classes)
    given = parsed(reproduce.zero_shot_command(config, EXPERIMENT, "data.csv"))
    assert given["template"] == "It is about {}"
    assert (
        DescriptionConfig.model_validate(
            {"template": given["template"], "descriptions": parse_descriptions(given["description"])}
        )
        == classes
    )


def test_clusters_have_their_method_and_columns():
    config = ClusterConfig(
        dataset="d", text="the text", method=ClusterMethod.HDBSCAN, smallest=7, compare=("label", "kind"),
        layer=4, backbone=BackboneConfig(random_init=True), seed=9,
    )  # fmt: skip
    options = ReadOptions(delimiter=";")
    given = parsed(reproduce.clusters_command(config, "data.csv", ("train", "unlabelled"), options))
    assert (given["method"], given["smallest"], given["clusters"]) == ("hdbscan", 7, None)
    assert (given["label"], given["domain"], str(given["unlabelled"])) == ("label", "kind", "unlabelled.csv")
    assert (given["layer"], given["random_init"], given["seed"], given["token_limit"]) == (4, True, 9, 128)


def test_described_classes_are_described_again():
    config = DescribedClassesConfig(
        dataset="d", text="text", classes=(CLASSES[1], ClassDescription(name="yes", text="so"))
    )
    given = parsed(reproduce.clusters_command(config, "data.csv"))
    assert parse_descriptions(given["description"]) == [vars(one) for one in config.classes]
    assert given["method"] is None


def test_a_class_with_an_equals_sign_in_its_name_gives_no_command():
    config = ZeroShotConfig(data=DATA, classes=DescriptionConfig(descriptions=CLASSES))
    assert reproduce.zero_shot_command(config, EXPERIMENT, "data.csv") == ""
    described = DescribedClassesConfig(dataset="d", text="text", classes=CLASSES)
    assert reproduce.clusters_command(described, "data.csv") == ""


def test_what_the_command_line_has_no_option_for_gives_no_command():
    config = ClusterConfig(dataset="d", text="text", compare=("a", "b", "c"))
    assert reproduce.clusters_command(config, "data.csv") == ""
    assert (
        reproduce.clusters_command(config.model_copy(update={"compare": ()}), "data.csv", ("train", "test"))
        == ""
    )
