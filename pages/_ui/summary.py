"""An experiment in words, and as a command line that does it again."""

import shlex
from collections.abc import Collection

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
        f"{draft.training.epochs} epochs, {draft.training.batch_size} texts a step, "
        f"{draft.features.pooling} pooling, "
        f"{draft.head.kind} head, seed {draft.training.seed}."
    )


def trained_before(state: State) -> str:
    """Say what the button does where exactly this experiment was asked for before."""
    if state is State.DONE:
        return "Exactly this was trained before: the button brings you to that run, at no cost."
    if state.live:
        return "Exactly this is under way already: the button brings you to that run."
    return f"Exactly this was begun before and {state}: the button goes on from its last checkpoint."


def settings_of(config: ExperimentConfig) -> dict[str, str]:
    """Return all settings of an experiment as lines for a table."""
    data, model = config.data, config.backbone
    lines = {"text": data.text, "label": data.label, "backbone": model.label, "trains": config.plan.label}
    lines |= {"decisions": ", ".join(data.fixes) or "none", "rare below": str(data.rare_below)}
    lines |= {"revision": model.revision or "–", "init seed": str(model.init_seed)}
    for group, part in {
        "split": data.split,
        "": config.features,
        "head": config.head,
        "training": config.training,
    }.items():
        for name, value in dict(part).items():
            lines[f"{group} {name}".strip().replace("_", " ")] = "–" if value is None else str(value)
    return lines | {"continues": config.continues or "–"}


def command(config: ExperimentConfig, file: str, parts: Collection[str] = ()) -> str:
    """Return the command line that runs the same experiment.

    `parts` says which files the data set has; those besides `file` go by the name of their part.
    """
    data, model = config.data, config.backbone
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
        words += [f"--{name.replace('_', '-')}", getattr(config.training, name)]
    return shlex.join(str(word) for word in words)


def apart(parts: Collection[str]) -> list[str]:
    """Return the parts of a data set that have files of their own beside the training rows."""
    return [part for part in ("validation", "test") if part in parts]


def unsaid(config: ExperimentConfig, anatomy: Anatomy | None) -> list[str]:
    """Return the settings in which `command` would differ from `config`, as `settings_of` calls them."""
    data, model, plan, features = config.data, config.backbone, config.plan, FeatureConfig()
    if anatomy is not None:
        plan = FreezePlan.parse(_blocks(plan), anatomy.n_blocks)
        limit = min(features.token_limit, anatomy.token_limit)
        features = FeatureConfig(pooling=anatomy.pooling, token_limit=limit)
    split = SplitConfig(column=data.split.column, seed=data.split.seed)
    said = ExperimentConfig(
        data=DataConfig(dataset=data.dataset, text=data.text, label=data.label, split=split),
        backbone=BackboneConfig(id=model.id, random_init=model.random_init),
        plan=plan,
        features=features,
        training=TrainingConfig(**{name: getattr(config.training, name) for name in LOOP}),
    )
    there = settings_of(said)
    return [name for name, value in settings_of(config).items() if there[name] != value]


def _blocks(plan: FreezePlan) -> str:
    return "all" if plan.embeddings else ",".join(map(str, plan.blocks)) or "none"


def _trains(draft: Draft) -> str:
    alone = not (draft.plan.blocks or draft.plan.embeddings)
    return draft.plan.label if alone else f"{draft.plan.label} and the head"
