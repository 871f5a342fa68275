"""Reproduction of an experiment by a command line, and of a study by a file."""

import json
import shlex
from collections.abc import Collection

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
from translearn_core.config.read_options import option_words
from translearn_core.config.studies.study_file import StudyFile
from translearn_core.data.columns import UNLABELLED_PART
from translearn_core.results import BackboneInfo

LOOP = ("epochs", "lr", "head_lr", "batch_size", "precision", "device", "seed")
"""Training settings with an option of their own on the command line."""

AT_ONCE = ("precision", "device", "seed")
"""Those that count where the head is fitted at once."""


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
    data, model, loop = config.data, config.backbone, config.training
    words: list[object] = ["translearn", "train", f"./{file}" if file.startswith("-") else file]
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
    words += [] if model.is_tfidf else ["--train-blocks", _blocks(config.freeze)]
    for name in AT_ONCE if config.fitted_at_once else LOOP:
        words += [f"--{name.replace('_', '-')}", getattr(loop, name)]
    words += [] if data.label_key is None else ["--key", data.label_key]
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
        if path not in defaults or defaults[path] != value:
            words += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
    return shlex.join(str(word) for word in words)


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
