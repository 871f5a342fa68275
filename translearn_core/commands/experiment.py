"""Build an experiment from the options of a command, with all checks before work starts."""

from collections.abc import Mapping, Sequence
from typing import Any

from translearn_core.commands.data_check import DataCheck, check_data, column_name, diagnose_config, read_data
from translearn_core.commands.terminal.client import add_dataset, as_engine_finds, backbone_info, find
from translearn_core.commands.terminal.errors import naming_fields, valid
from translearn_core.commands.terminal.options import (
    ExperimentOptions,
    ReadingOptions,
    given_options,
    read_options,
)
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    DistilConfig,
    DomainConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    SplitConfig,
    TargetConfig,
    TaskWord,
    TrainingConfig,
    apply_overrides,
)
from translearn_core.config import recipe as recipe_named
from translearn_core.config.overrides import setting_name
from translearn_core.config.settings_file import SettingsFile
from translearn_core.config.training import RATES
from translearn_core.errors import ConfigError, DataError
from translearn_core.results import BackboneInfo, TableProfile
from translearn_core.results.format import quote_list
from translearn_core.runs import Dataset
from translearn_core.storage.documents import MAX_DEPTH, DocumentError, DocumentLimitError, parse_json


def experiment_of(
    options: ExperimentOptions, reading: ReadingOptions
) -> tuple[ExperimentConfig, Dataset, DataCheck]:
    """Return the experiment for the options of a command, its data set, and the findings on that.

    Precedence, from low to high: settings file, recipe, single options, ``--set``.
    """
    start = None if options.config is None else SettingsFile.load(options.config).experiment
    settings = parse_overrides(options.settings or [])
    names = ("validation", "test", "unlabelled")
    files = {"train": options.file} | {name: getattr(options, name) for name in names}
    dataset = add_dataset({part: path for part, path in files.items() if path}, read_options(reading))
    if options.recipe is not None:
        recipe_named(options.recipe)
    table = read_data(dataset)
    data = _data(options, dataset, table, settings)
    source = as_engine_finds(_backbone(options, start))
    info = backbone_info(source)
    training = given_options(options, TrainingConfig)
    if start is not None:
        training = {name: value for name, value in training.items() if name in options.given}
    config = build_experiment(
        data,
        source,
        info,
        train_blocks=options.train_blocks,
        training=training,
        start=start,
        recipe=options.recipe,
        teacher=None if options.teacher is None else find(options.teacher).job.id,
        settings=settings,
    )
    if config.data.dataset != dataset.digest:
        raise ConfigError("data.dataset", config.data.dataset, "it out: FILE is the data set", verb="leave")
    return config, dataset, check_data(table, [diagnose_config(config)])


def parse_overrides(words: Sequence[str]) -> dict[str, Any]:
    """Parse ``name=value`` words; a value is JSON if it parses, else text."""
    overrides: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ConfigError("set", word, "a name and a value, such as training.epochs=5")
        try:
            overrides[name.strip()] = parse_json(value)
        except DocumentLimitError:
            expected = f"a value nested at most {MAX_DEPTH} deep"
            raise ConfigError(name.strip(), value, expected) from None
        except DocumentError:
            overrides[name.strip()] = value
    return overrides


def build_experiment(
    data: DataConfig,
    source: BackboneConfig,
    info: BackboneInfo,
    *,
    train_blocks: str | None,
    training: dict[str, Any],
    recipe: str | None,
    teacher: str | None,
    settings: Mapping[str, Any],
    start: ExperimentConfig | None = None,
) -> ExperimentConfig:
    """Return the experiment: the recipe, overridden by `training`, then by `settings` (dotted names).

    `start` has the settings that are changed by these; None: the defaults.
    """
    n_blocks = info.n_blocks
    plan = FreezePlan.parse(train_blocks or "none", n_blocks)
    if start is None:
        config = _defaults(data, source, info, plan)
    else:
        parts = {"data": data, "backbone": source, "freeze": plan if train_blocks else start.freeze}
        parts["features"] = start.features if source.id == start.backbone.id else info.features
        config = start.model_copy(update=parts)
    if recipe is not None:
        depth = None if train_blocks is None else depth_of(plan, n_blocks)
        try:
            with naming_fields():
                config = recipe_named(recipe).apply(config, n_blocks, depth=depth, teacher=teacher)
        except ConfigError as error:
            if error.field == "depth":
                raise ConfigError("train_blocks", train_blocks, error.expected) from None
            raise
        if source.random_init:  # a recipe starts from the pretrained weights unless told otherwise
            config = config.model_copy(
                update={"backbone": config.backbone.model_copy(update={"random_init": True})}
            )
    elif teacher is not None:
        config = config.model_copy(update={"distil": DistilConfig(teacher=teacher)})
    config = config.with_default_encoding()
    loop = valid(TrainingConfig, **(config.training.model_dump() | training))
    rates = {f"training.{name}": training[name] for name in RATES if name in training}
    with naming_fields():
        config = apply_overrides(config.model_copy(update={"training": loop}), rates | dict(settings))
    _check(config, n_blocks, settings)
    return config


def _defaults(
    data: DataConfig, source: BackboneConfig, info: BackboneInfo, plan: FreezePlan
) -> ExperimentConfig:
    """Return the experiment with default settings for its backbone, freeze plan and problem type."""
    return ExperimentConfig(
        data=data,
        backbone=source,
        freeze=plan,
        features=FeatureConfig() if source.is_tfidf else info.features,
        head=HeadConfig(kind=HeadKind.PROBE) if source.is_tfidf else HeadConfig(),
        training=TrainingConfig(epochs=1)
        if source.is_tfidf
        else TrainingConfig.defaults_for(plan, data.problem),
    )


def _backbone(options: ExperimentOptions, start: ExperimentConfig | None) -> BackboneConfig:
    """Return the backbone of the options, or of the settings file with the options that were given."""
    if start is None or "backbone" in options.given:
        return valid(BackboneConfig, id=options.backbone, random_init=options.random_init)
    if "random_init" in options.given:
        return start.backbone.model_copy(update={"random_init": options.random_init})
    return start.backbone


def depth_of(plan: FreezePlan, n_blocks: int) -> int:
    """Return the number of top blocks a plan trains; raise `ConfigError` for other blocks."""
    if plan.blocks != FreezePlan.last_n(len(plan.blocks), n_blocks).blocks:
        raise ConfigError("train_blocks", ",".join(map(str, plan.blocks)), "last:K beside a recipe")
    return len(plan.blocks)


def _data(
    options: ExperimentOptions, dataset: Dataset, table: TableProfile, settings: Mapping[str, Any]
) -> DataConfig:
    """Return the roles of the columns and the split."""
    text = column_name(options.text, table, "--text")
    pair = None if options.text_pair is None else column_name(options.text_pair, table, "--text-pair")
    labels = [column_name(label, table, "--label") for label in options.label]
    sentence = _sentence(options, table, text)
    targets = _targets(labels, options.task if sentence is None else TaskWord.TOKENS, table)
    column = None if options.split is None else column_name(options.split, table, "--split")
    seed = options.seed if options.split_seed is None else options.split_seed
    group = None if options.group is None else column_name(options.group, table, "--group")
    time = None if options.time is None else column_name(options.time, table, "--time")
    key = None if options.key is None else column_name(options.key, table, "--key")
    split = valid(SplitConfig, column=column, group=group, time=time, seed=seed)
    data = valid(
        DataConfig, dataset=dataset.digest, text=text, text_pair=pair, sentence=sentence, targets=targets,
        split=split, domains=_domains(options, table), label_key=key,
    )  # fmt: skip
    data_settings = {name: value for name, value in settings.items() if name.startswith("data.")}
    with naming_fields():
        return apply_overrides(ExperimentConfig(data=data), data_settings).data


def _domains(options: ExperimentOptions, table: TableProfile) -> DomainConfig | None:
    """Return the column of the domains, and those to learn from and to test on."""
    source, target = tuple(options.source_domain or ()), tuple(options.target_domain or ())
    if options.domain is None:
        if source or target:
            raise ConfigError(
                "domain", None, "the column of the domains that --source-domain and --target-domain name"
            )
        return None
    column = column_name(options.domain, table, "--domain")
    return valid(DomainConfig, column=column, source=source, target=target)


def _sentence(options: ExperimentOptions, table: TableProfile, text: str) -> str | None:
    """Return the column of the sentences of a table of words, None for a table of texts."""
    if options.sentence is not None:
        if options.task not in (TaskWord.AUTO, TaskWord.TOKENS):
            raise ConfigError("task", options.task, "tokens beside --sentence, or leave --sentence out")
        return column_name(options.sentence, table, "--sentence")
    suggestion = table.suggestion
    if options.task is TaskWord.TOKENS and suggestion.sentence is None:
        names = quote_list([column.name for column in table.columns])
        raise DataError(
            f"--task tokens reads a word from each row, and no column of {names} numbers the sentences: name "
            "it with --sentence, or choose another --task."
        )
    words = options.task is TaskWord.TOKENS or (options.task is TaskWord.AUTO and suggestion.text == text)
    return suggestion.sentence if words else None


def _targets(labels: Sequence[str], task: TaskWord, table: TableProfile) -> tuple[TargetConfig, ...]:
    """Return a target for each label column; with the task of several labels they are one-hot columns."""
    one_hot = len(labels) > 1 and task is TaskWord.MULTI_LABEL
    with naming_fields():
        return tuple(
            TargetConfig.of(columns, task.problem or table.column(columns[0]).problem)
            for columns in ([list(labels)] if one_hot else [[label] for label in labels])
        )


def _check(config: ExperimentConfig, n_blocks: int, settings: Mapping[str, Any]) -> None:
    """Raise `ConfigError` that names the user's option if the backbone does not support the plan."""
    try:
        config.check(config.backbone.keep_blocks or n_blocks)
    except ConfigError as error:
        if error.field == "freeze.blocks" and not {setting_name(name) for name in settings} & {
            "freeze",
            "freeze.blocks",
        }:
            raise ConfigError("train_blocks", error.value, error.expected) from None
        raise
