"""From the options of a command to an experiment, checked before anything is started."""

from collections.abc import Mapping, Sequence
from typing import Any

from translearn_core.commands.client import add_dataset, anatomy_of, find, with_whole_path
from translearn_core.commands.data_check import DataCheck, check_data, column_name, question, read_data
from translearn_core.commands.errors import naming_fields, valid
from translearn_core.commands.options import ExperimentOptions, ReadingOptions, given, read_options
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    DistilConfig,
    ExperimentConfig,
    FreezePlan,
    SplitConfig,
    TrainingConfig,
    apply_overrides,
)
from translearn_core.config import recipe as recipe_named
from translearn_core.documents import MAX_DEPTH, DocumentError, DocumentLimitError, parse_json
from translearn_core.errors import ConfigError
from translearn_core.results import BackboneInfo, TableProfile
from translearn_core.runs import Dataset


def experiment_of(
    asked: ExperimentOptions, reading: ReadingOptions
) -> tuple[ExperimentConfig, Dataset, DataCheck]:
    """Return the experiment that the options of a command ask for, its data set, and what is in that.

    A recipe comes first, then options of their own, then ``--set``.
    """
    settings = parse_overrides(asked.settings or [])
    files = {"train": asked.file, "validation": asked.validation, "test": asked.test}
    dataset = add_dataset({part: path for part, path in files.items() if path}, read_options(reading))
    if asked.recipe is not None:
        recipe_named(asked.recipe)
    table = read_data(dataset)
    data = _data(asked, dataset, table, settings)
    source = with_whole_path(valid(BackboneConfig, id=asked.backbone, random_init=asked.random_init))
    anatomy = anatomy_of(source)
    config = build_experiment(
        data,
        source,
        anatomy,
        train_blocks=asked.train_blocks,
        training=given(asked, TrainingConfig),
        recipe=asked.recipe,
        teacher=None if asked.teacher is None else find(asked.teacher).job.id,
        settings=settings,
    )
    if config.data.dataset != dataset.digest:
        raise ConfigError("data.dataset", config.data.dataset, "it out: FILE is the data set", verb="leave")
    return config, dataset, check_data(table, [question(config)])


def parse_overrides(words: Sequence[str]) -> dict[str, Any]:
    """Read ``name=value`` words; a value is JSON where it can be, else text."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ConfigError("set", word, "a name and a value, such as training.epochs=5")
        try:
            found[name.strip()] = parse_json(value)
        except DocumentLimitError:
            expected = f"a value nested at most {MAX_DEPTH} deep"
            raise ConfigError(name.strip(), value, expected) from None
        except DocumentError:
            found[name.strip()] = value
    return found


def build_experiment(
    data: DataConfig,
    source: BackboneConfig,
    anatomy: BackboneInfo,
    *,
    train_blocks: str | None,
    training: dict[str, Any],
    recipe: str | None,
    teacher: str | None,
    settings: Mapping[str, Any],
) -> ExperimentConfig:
    """Return the experiment: a recipe first, then `training`, then `settings` by their dotted names."""
    n_blocks = anatomy.n_blocks
    plan = FreezePlan.parse(train_blocks or "none", n_blocks)
    config = ExperimentConfig(
        data=data,
        backbone=source,
        plan=plan,
        features=anatomy.features,
        training=TrainingConfig.defaults_for(plan),
    )
    if recipe is not None:
        depth = None if train_blocks is None else depth_of(plan, n_blocks)
        try:
            with naming_fields():
                config = recipe_named(recipe).apply(config, n_blocks, depth=depth, teacher=teacher)
        except ConfigError as error:
            if error.field == "depth":
                raise ConfigError("train_blocks", train_blocks, error.expected) from None
            raise
    elif teacher is not None:
        config = config.model_copy(update={"distil": DistilConfig(teacher=teacher)})
    loop = valid(TrainingConfig, **(config.training.model_dump() | training))
    with naming_fields():
        config = apply_overrides(config.model_copy(update={"training": loop}), dict(settings))
    _check(config, n_blocks, settings)
    return config


def depth_of(plan: FreezePlan, n_blocks: int) -> int:
    """Return how many blocks at the top a plan trains; raises if they are not the top ones."""
    if plan.blocks != FreezePlan.last_n(len(plan.blocks), n_blocks).blocks:
        raise ConfigError("train_blocks", ",".join(map(str, plan.blocks)), "last:K beside a recipe")
    return len(plan.blocks)


def _data(
    asked: ExperimentOptions, dataset: Dataset, table: TableProfile, settings: Mapping[str, Any]
) -> DataConfig:
    """Return what the columns mean and how rows are dealt."""
    text, label = column_name(asked.text, table, "--text"), column_name(asked.label, table, "--label")
    column = None if asked.split is None else column_name(asked.split, table, "--split")
    seed = asked.seed if asked.split_seed is None else asked.split_seed
    group = None if asked.group is None else column_name(asked.group, table, "--group")
    split = valid(SplitConfig, column=column, group=group, seed=seed)
    data = valid(DataConfig, dataset=dataset.digest, text=text, label=label, split=split)
    about_data = {name: value for name, value in settings.items() if name.startswith("data.")}
    with naming_fields():
        return apply_overrides(ExperimentConfig(data=data), about_data).data


def _check(config: ExperimentConfig, n_blocks: int, settings: Mapping[str, Any]) -> None:
    """Raise `ConfigError` that names what a person set if the backbone cannot do this."""
    try:
        config.check(config.backbone.blocks or n_blocks)
    except ConfigError as error:
        if error.field == "plan.blocks" and not settings.keys() & {"plan", "plan.blocks"}:
            raise ConfigError("train_blocks", error.value, error.expected) from None
        raise
