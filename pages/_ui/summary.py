"""An experiment in words, and as a command line that does it again."""

import json
import shlex
from collections.abc import Collection, Iterator
from typing import Any

import streamlit as st

from pages._ui.state import Draft
from pages._ui.words import count, plain
from translearn_core.config import (
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    SplitConfig,
    TrainingConfig,
)
from translearn_core.results import Anatomy, Diagnosis
from translearn_core.runs import Dataset, State

LOOP = ("epochs", "lr", "head_lr", "batch_size", "precision", "device", "seed")
"""Settings of the loop that the command line has an option for."""


def in_words(dataset: Dataset, draft: Draft, diagnosis: Diagnosis) -> None:
    """Say the experiment in a few sentences."""
    rows = diagnosis.counts[["train", "validation", "test"]].sum()
    st.markdown(
        f"Learn to tell **{len(diagnosis.classes)} classes** (column {plain(draft.label)}) from "
        f"**{plain(draft.text)}** "
        f"in {plain(dataset.name)}: {count(rows['train'])} rows to learn from, {count(rows['validation'])} "
        "to choose on, "
        f"{count(rows['test'])} to report on."
    )
    st.markdown(
        f"Start from **{plain(draft.backbone.label)}**; what trains is **{plain(_trains(draft))}**. "
        f"{draft.training.epochs} epoch{'s' * (draft.training.epochs > 1)}, "
        f"{draft.training.batch_size} texts a step, "
        f"{draft.features.pooling} pooling, "
        f"{draft.head.kind} head, seed {draft.training.seed}."
    )
    if draft.stages:
        st.markdown(f"Before that it goes through **{len(draft.stages)} stages**: see the Recipe page.")


def trained_before(state: State) -> str:
    """Say what the button does where exactly this experiment was asked for before."""
    if state is State.DONE:
        return "Exactly this was trained before: the button brings you to that run, at no cost."
    if state.live:
        return "Exactly this is under way already: the button brings you to that run."
    return f"Exactly this was begun before and {state}: the button goes on from its last checkpoint."


def settings_of(config: ExperimentConfig) -> dict[str, str]:
    """Return all settings of an experiment as lines for a table."""
    lines = {"backbone": config.backbone.label, "trains": config.plan.label}
    for number, stage in enumerate(config.stages, 1):
        until = f", or {stage.patience} without gain" if stage.patience else ""
        lines[f"stage {number}"] = f"{stage.plan.label}, {stage.epochs} epochs{until}"
    told = config.model_dump(mode="json", exclude={"stages": True, "plan": True, "data": {"dataset"}})
    for path, value in leaves(told):
        name = path.replace("data.", "").replace(".", " ").replace("_", " ")
        lines[name] = "–" if value in (None, []) else str(value)
    return lines


def leaves(told: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what a configuration says by dotted names."""
    for name, value in told.items():
        path = f"{above}{name}"
        if isinstance(value, dict):
            yield from leaves(value, f"{path}.")
        else:
            yield path, value


def command(
    config: ExperimentConfig, file: str, parts: Collection[str] = (), anatomy: Anatomy | None = None
) -> str:
    """Return the command line that runs the same experiment.

    `parts` says which files the data set has; those besides `file` go by the name of their part. Whatever an
    option of its own does not say, and is not as it would be anyway, is said with ``--set``.
    """
    data, model, loop = config.data, config.backbone, config.training
    words: list[object] = ["translearn", "train", f"./{file}" if file.startswith("-") else file]
    words += ["--text", data.text, "--label", data.label]
    for part in apart(parts):
        words += [f"--{part}", f"{part}.csv"]
    if data.split.column is not None:
        words += ["--split", data.split.column]
    words += ["--split-seed", data.split.seed, "--backbone", model.id]
    words += ["--random-init"] * model.random_init
    words += ["--train-blocks", _blocks(config.plan)]
    for name in LOOP:
        words += [f"--{name.replace('_', '-')}", getattr(loop, name)]
    usual = dict(leaves(_usual(config, anatomy).model_dump(mode="json", exclude={"distil"})))
    told = dict(leaves(config.model_dump(mode="json", exclude={"distil"})))
    if config.distil is not None:
        told["distil"] = config.distil.model_dump(mode="json")
    if model.blocks is not None:  # the command counts the blocks of the whole backbone
        usual.pop("plan.blocks")
    for path, value in told.items():
        if path not in usual or usual[path] != value:
            words += ["--set", f"{path}={json.dumps(value, ensure_ascii=False)}"]
    return shlex.join(str(word) for word in words)


def apart(parts: Collection[str]) -> list[str]:
    """Return the parts of a data set that have files of their own beside the training rows."""
    return [part for part in ("validation", "test") if part in parts]


def _usual(config: ExperimentConfig, anatomy: Anatomy | None) -> ExperimentConfig:
    """Return what the command would do without any ``--set``."""
    data, model, plan, features = config.data, config.backbone, config.plan, FeatureConfig()
    if anatomy is not None:
        plan = FreezePlan.parse(_blocks(plan), anatomy.n_blocks)
        limit = min(features.token_limit, anatomy.token_limit)
        features = FeatureConfig(pooling=anatomy.pooling, token_limit=limit)
    said = {name: getattr(config.training, name) for name in LOOP}
    return ExperimentConfig(
        data=DataConfig(
            dataset=data.dataset, text=data.text, label=data.label,
            split=SplitConfig(column=data.split.column, seed=data.split.seed),
        ),
        backbone=BackboneConfig(id=model.id, random_init=model.random_init),
        plan=plan,
        features=features,
        training=TrainingConfig.suited(plan).model_copy(update=said),
    )  # fmt: skip


def _blocks(plan: FreezePlan) -> str:
    return "all" if plan.embeddings else ",".join(map(str, plan.blocks)) or "none"


def _trains(draft: Draft) -> str:
    alone = not (draft.plan.blocks or draft.plan.embeddings)
    return draft.plan.label if alone else f"{draft.plan.label} and the head"
