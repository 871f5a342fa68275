"""An experiment as a command line that does it again, and a study as the file of one."""

import json
import shlex
from collections.abc import Collection

from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    ReadOptions,
    Split,
    SplitConfig,
    StudyConfig,
    TrainingConfig,
    flatten,
)
from translearn_core.config.read_options import option_words
from translearn_core.config.studies.study_file import StudyFile
from translearn_core.results import BackboneInfo

LOOP = ("epochs", "lr", "head_lr", "batch_size", "precision", "device", "seed")
"""Settings of the loop that the command line has an option for."""


def cli_command(
    config: ExperimentConfig,
    file: str,
    parts: Collection[str] = (),
    anatomy: BackboneInfo | None = None,
    options: ReadOptions | None = None,
) -> str:
    """Return the command line that runs the same experiment.

    `parts` says which files the data set has; those besides `file` go by the name of their part, and all are
    read as `options` say. Whatever an option of its own does not say, and is not as it would be anyway, is
    said with ``--set``; without the `anatomy` of its backbone so is all that depends on it.
    """
    data, model, loop = config.data, config.backbone, config.training
    words: list[object] = ["translearn", "train", f"./{file}" if file.startswith("-") else file]
    words += ["--text", data.text, "--label", data.label]
    for part in non_default_settings(parts):
        words += [f"--{part}", f"{part}.csv"]
    words += option_words(options or ReadOptions())
    if data.split.column is not None:
        words += ["--split", data.split.column]
    if data.split.group is not None:
        words += ["--group", data.split.group]
    words += ["--split-seed", data.split.seed, "--backbone", model.id]
    words += ["--random-init"] * model.random_init
    words += ["--train-blocks", _blocks(config.plan)]
    for name in LOOP:
        words += [f"--{name.replace('_', '-')}", getattr(loop, name)]
    usual = dict(flatten(_usual(config, anatomy).model_dump(mode="json", exclude={"distil"})))
    told = dict(flatten(config.model_dump(mode="json", exclude={"distil"})))
    if config.distil is not None:
        told["distil"] = config.distil.model_dump(mode="json")
    if model.blocks is not None:  # the command counts the blocks of the whole backbone
        usual.pop("plan.blocks")
    if anatomy is None:
        usual = {name: value for name, value in usual.items() if not name.startswith(("plan.", "features."))}
    for path, value in told.items():
        if path not in usual or usual[path] != value:
            words += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
    return shlex.join(str(word) for word in words)


def study_file(
    study: StudyConfig, name: str, file: str, parts: Collection[str] = (), baseline: str | None = None
) -> str:
    """Return what stands in the file for which ``translearn study`` does the same; `parts` as above."""
    files = {str(Split.TRAIN): file} | {part: f"{part}.csv" for part in non_default_settings(parts)}
    return StudyFile.of(study, name or "study", files, baseline).written()


def non_default_settings(parts: Collection[str]) -> list[str]:
    """Return the parts of a data set that have files of their own beside the training rows."""
    return [str(part) for part in (Split.VALIDATION, Split.TEST) if part in parts]


def _usual(config: ExperimentConfig, anatomy: BackboneInfo | None) -> ExperimentConfig:
    """Return what the command would do without any ``--set``."""
    data, model, plan, features = config.data, config.backbone, config.plan, FeatureConfig()
    if anatomy is not None:
        plan = FreezePlan.parse(_blocks(plan), anatomy.n_blocks)
        features = anatomy.features
    said = {name: getattr(config.training, name) for name in LOOP}
    return ExperimentConfig(
        data=DataConfig(
            dataset=data.dataset, text=data.text, label=data.label,
            split=SplitConfig(
                column=data.split.column, group=data.split.group, seed=data.split.seed
            ),
        ),
        backbone=BackboneConfig(id=model.id, random_init=model.random_init),
        plan=plan,
        features=features,
        training=TrainingConfig.defaults_for(plan).model_copy(update=said),
    )  # fmt: skip


def _blocks(plan: FreezePlan) -> str:
    return "all" if plan.embeddings else ",".join(map(str, plan.blocks)) or "none"
