"""Reproduction of an experiment by a command line, and of a study by a file."""

import json
import shlex
from collections.abc import Collection, Iterable

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    HeadConfig,
    HeadKind,
    ReadOptions,
    Split,
    SplitConfig,
    StudyConfig,
    TargetConfig,
    TaskWord,
    TrainingConfig,
    flatten,
)
from translearn_core.config.few_labels.zero_shot import ClassDescription
from translearn_core.config.read_options import option_words
from translearn_core.config.studies.study_file import StudyFile
from translearn_core.data.columns import UNLABELLED_PART
from translearn_core.jobs import ZeroShotConfig
from translearn_core.jobs.diagnostics.unlabelled_texts import ClusterConfig, DescribedClassesConfig
from translearn_core.results import BackboneInfo

LOOP = ("epochs", "lr", "head_lr", "batch_size", "precision", "device", "seed")
"""Training settings with an option of their own on the command line."""

AT_ONCE = ("precision", "device", "seed")
"""Those that count where the head is fitted at once."""

FROZEN = ("data.", "backbone.", "features.pooling", "features.token_limit", "features.pair_encoding")
"""Beginnings of the settings that count where nothing trains."""


def cli_command(
    config: ExperimentConfig,
    file: str,
    parts: Collection[str] = (),
    backbone_info: BackboneInfo | None = None,
    options: ReadOptions | None = None,
) -> str:
    """Return the command line that runs the same experiment.

    `parts` are the data set's files; those besides `file` are named after their part, and all are read with
    `options`. Other settings that differ from the defaults become ``--set``; without `backbone_info`, so do
    those whose defaults depend on the backbone.
    """
    return _joined([*_words("train", config, file, parts, options), *_settings(config, backbone_info)])


def transfer_command(
    experiment: ExperimentConfig,
    seeds: int,
    file: str,
    parts: Collection[str] = (),
    backbone_info: BackboneInfo | None = None,
    options: ReadOptions | None = None,
) -> str:
    """Return the command line of a transfer matrix, whose data, backbone and features are of `experiment`.

    With `seeds` it trains the experiment on every source too, from the experiment's seed on. The other
    arguments are as in `cli_command`.
    """
    words = _words("transfer", experiment, file, parts, options, trains=seeds > 0)
    within = ("",) if seeds else FROZEN
    settings = _settings(experiment, backbone_info, within=within)
    return _joined([*words, *["--seeds", seeds][: 2 * bool(seeds)], *settings])


def zero_shot_command(
    config: ZeroShotConfig,
    experiment: ExperimentConfig,
    file: str,
    parts: Collection[str] = (),
    backbone_info: BackboneInfo | None = None,
    options: ReadOptions | None = None,
) -> str:
    """Return the command line of a zero-shot classification of the data of `experiment`.

    Empty if a class cannot be named in an option. The other arguments are as in `cli_command`.
    """
    if not _are_options(config.classes.descriptions):
        return ""
    words = _words("zero-shot", experiment, file, parts, options, trains=False)
    words += ["--template", config.classes.template]
    words += _descriptions(config.classes.descriptions)
    words += [] if config.method is None else ["--method", config.method]
    return _joined([*words, *_settings(experiment, backbone_info, within=FROZEN)])


def clusters_command(
    config: ClusterConfig | DescribedClassesConfig,
    file: str,
    parts: Collection[str] = (),
    options: ReadOptions | None = None,
) -> str:
    """Return the command line of clusters or described classes; empty if a setting has no option.

    `parts` and `options` are as in `cli_command`.
    """
    others, model = non_default_settings(parts), config.backbone
    if len(config.compare) > 2 or set(others) - {UNLABELLED_PART}:
        return ""
    words: list[object] = ["translearn", "clusters", f"./{file}" if file.startswith("-") else file]
    words += ["--text", config.text]
    words += [] if config.text_pair is None else ["--text-pair", config.text_pair]
    words += [word for part in others for word in (f"--{part}", f"{part}.csv")]
    words += option_words(options or ReadOptions())
    for option, column in zip(("--label", "--domain"), config.compare, strict=False):
        words += [option, column]
    if isinstance(config, ClusterConfig):
        for name in ("method", "clusters", "smallest"):
            words += [] if (value := getattr(config, name)) is None else [f"--{name}", value]
    elif _are_options(config.classes):
        words += ["--template", config.template, *_descriptions(config.classes)]
    else:
        return ""
    words += ["--backbone", model.id, *["--random-init"] * model.random_init]
    words += [] if config.layer is None else ["--layer", config.layer]
    words += ["--token-limit", config.features.token_limit, "--limit", config.limit]
    for name in AT_ONCE:
        words += [f"--{name}", getattr(config, name)]
    return _joined(words)


def _are_options(classes: Iterable[ClassDescription]) -> bool:
    """Whether classes can be named as ``CLASS=TEXT``."""
    return not any("=" in one.name for one in classes)


def _descriptions(classes: Iterable[ClassDescription]) -> list[object]:
    return [word for one in classes for word in ("--description", f"{one.name}={one.text}")]


def _joined(words: Iterable[object]) -> str:
    return shlex.join(str(word) for word in words)


def _words(
    command: str,
    config: ExperimentConfig,
    file: str,
    parts: Collection[str],
    options: ReadOptions | None,
    *,
    trains: bool = True,
) -> list[object]:
    """Return a command with the options of the data, the backbone and, if it `trains`, the training."""
    data, model, loop = config.data, config.backbone, config.training
    words: list[object] = ["translearn", command, f"./{file}" if file.startswith("-") else file]
    words += ["--text", data.text]
    words += [] if data.text_pair is None else ["--text-pair", data.text_pair]
    words += [] if data.sentence is None else ["--sentence", data.sentence]
    for column in (column for target in data.targets for column in target.table_columns):
        words += ["--label", column]
    words += ["--task", TaskWord.AUTO if data.several_targets else TaskWord.of(data.problem)]
    for part in non_default_settings(parts):
        words += [f"--{part}", f"{part}.csv"]
    words += option_words(options or ReadOptions())
    if data.split.column is not None:
        words += ["--split", data.split.column]
    if data.split.group is not None:
        words += ["--group", data.split.group]
    if data.split.time is not None:
        words += ["--time", data.split.time]
    if data.domains is not None:
        words += ["--domain", data.domains.column]
        for option, domains in (("source", data.domains.source), ("target", data.domains.target)):
            words += [word for domain in domains for word in (f"--{option}-domain", domain)]
    words += ["--split-seed", data.split.seed, "--backbone", model.id]
    words += ["--random-init"] * model.random_init
    words += ["--train-blocks", _blocks(config.freeze)] if trains and not model.is_tfidf else []
    for name in LOOP if trains and not config.fitted_at_once else AT_ONCE:
        words += [f"--{name.replace('_', '-')}", getattr(loop, name)]
    return [*words, *([] if data.label_key is None else ["--key", data.label_key])]


def _settings(
    config: ExperimentConfig, backbone_info: BackboneInfo | None, *, within: tuple[str, ...] = ("",)
) -> list[object]:
    """Return the settings that other options do not give as ``--set``; those `within` some parts alone."""
    model, words = config.backbone, list[object]()
    whole = {"distil", "adaptation", "contrastive", "self_training"}  # which a command sets as a whole
    defaults = dict(flatten(_defaults(config, backbone_info).model_dump(mode="json", exclude=whole)))
    values = dict(flatten(config.model_dump(mode="json", exclude=whole)))
    for name in sorted(whole):
        if (part := getattr(config, name)) is not None:
            values[name] = part.model_dump(mode="json")
    if model.keep_blocks is not None:  # the command counts the blocks of the whole backbone
        defaults.pop("freeze.blocks")
    if backbone_info is None and not model.is_tfidf:
        defaults = {k: v for k, v in defaults.items() if not k.startswith(("freeze.", "features."))}
    for path, value in values.items():
        if path.startswith(within) and (path not in defaults or defaults[path] != value):
            words += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
    return words


def study_file(
    study: StudyConfig, name: str, file: str, parts: Collection[str] = (), baseline: str | None = None
) -> str:
    """Return the study file with which ``translearn study`` repeats a study; `parts` as in `cli_command`."""
    named = [part for part in non_default_settings(parts) if part != UNLABELLED_PART]
    files = {str(Split.TRAIN): file} | {part: f"{part}.csv" for part in named}
    return StudyFile.of(study, name or "study", files, baseline).written()


def non_default_settings(parts: Collection[str]) -> list[str]:
    """Return the parts of a data set besides the training file."""
    return [part for part in (str(Split.VALIDATION), str(Split.TEST), UNLABELLED_PART) if part in parts]


def _defaults(config: ExperimentConfig, backbone_info: BackboneInfo | None) -> ExperimentConfig:
    """Return the experiment of the command without any ``--set``."""
    data, model, plan, features = config.data, config.backbone, config.freeze, FeatureConfig()
    if backbone_info is not None and not model.is_tfidf:
        plan = FreezePlan.parse(_blocks(plan), backbone_info.n_blocks)
        features = backbone_info.features
    if data.text_pair is not None and not model.is_tfidf:
        features = features.with_default_encoding(frozen=not config.trains_backbone)
    options = AT_ONCE if config.fitted_at_once else LOOP
    loop = {name: getattr(config.training, name) for name in options}
    training = TrainingConfig(epochs=1) if model.is_tfidf else TrainingConfig.defaults_for(plan, data.problem)
    return ExperimentConfig(
        data=DataConfig(
            dataset=data.dataset, text=data.text, text_pair=data.text_pair, sentence=data.sentence,
            targets=(TargetConfig.of(data.targets[0].table_columns, data.problem),),
            split=SplitConfig(
                column=data.split.column, group=data.split.group, time=data.split.time, seed=data.split.seed
            ),
            label_key=data.label_key,
            domains=None if data.domains is None else data.domains.model_copy(update={"target_labels": 0}),
        ),
        backbone=BackboneConfig(id=model.id, random_init=model.random_init),
        freeze=plan,
        head=HeadConfig(kind=HeadKind.PROBE) if model.is_tfidf else HeadConfig(),
        training=training.model_copy(update=loop),
    ).model_copy(update={"features": features})  # fmt: skip


def _blocks(plan: FreezePlan) -> str:
    return "all" if plan.embeddings else ",".join(map(str, plan.blocks)) or "none"
