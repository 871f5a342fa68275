"""An experiment in words, and as a command line that does it again."""

import shlex

import streamlit as st

from pages._ui.state import Draft
from pages._ui.words import count, plain
from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig, TrainingConfig
from translearn_core.results import Diagnosis, RunSummary
from translearn_core.runs import Dataset


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


def settings_of(config: ExperimentConfig) -> dict[str, str]:
    """Return all settings of an experiment as lines for a table."""
    lines = {
        "text": config.data.text,
        "label": config.data.label,
        "backbone": config.backbone.label,
        "trains": config.plan.label,
    }
    lines["decisions"] = ", ".join(config.data.fixes) or "none"
    for group, part in {
        "split": config.data.split,
        "": config.features,
        "head": config.head,
        "training": config.training,
    }.items():
        for name, value in dict(part).items():
            lines[f"{group} {name}".strip().replace("_", " ")] = "–" if value is None else str(value)
    return lines


def command(config: ExperimentConfig, file: str) -> str:
    """Return the command line that runs the same experiment."""
    plan = config.plan
    blocks = "none" if not plan.blocks else ",".join(map(str, plan.blocks))
    parts = ["translearn", "train", file, "--text", config.data.text, "--label", config.data.label]
    parts += ["--backbone", config.backbone.id, "--train-blocks", "all" if plan.embeddings else blocks]
    parts += [
        "--epochs",
        config.training.epochs,
        "--lr",
        config.training.lr,
        "--head-lr",
        config.training.head_lr,
    ]
    parts += ["--seed", config.training.seed]
    return shlex.join(str(part) for part in parts)


def complete(config: ExperimentConfig, found: RunSummary | None) -> bool:
    """Whether the command line says all: what it has no word for is at its default, and "all" means all."""
    loop, data = config.training, config.data
    said = TrainingConfig(epochs=loop.epochs, lr=loop.lr, head_lr=loop.head_lr, seed=loop.seed)
    model = config.backbone
    usual = ExperimentConfig(
        data=DataConfig(dataset=data.dataset, text=data.text, label=data.label),
        backbone=BackboneConfig(id=model.id),
        plan=config.plan,
        training=said,
    )
    everything = found is not None and found.parameters["trainable"] == found.parameters["total"]
    return config == usual and (everything or not config.plan.embeddings)


def _trains(draft: Draft) -> str:
    alone = not (draft.plan.blocks or draft.plan.embeddings)
    return draft.plan.label if alone else f"{draft.plan.label} and the head"
