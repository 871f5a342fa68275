"""An experiment in words, and all its settings as lines."""

import streamlit as st

from pages._ui import naming
from pages._ui.draft import Draft
from pages._ui.words import count, plain
from translearn_core.config import ExperimentConfig, leaves
from translearn_core.results import Diagnosis
from translearn_core.runs import Dataset, State


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
        f"Start from **{plain(naming.backbone(draft.backbone))}**; "
        f"what trains is **{plain(_trains(draft))}**. "
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
    lines = {"backbone": naming.backbone(config.backbone), "trains": config.plan.label}
    for number, stage in enumerate(config.stages, 1):
        until = f", or {stage.patience} without gain" if stage.patience else ""
        lines[f"stage {number}"] = f"{stage.plan.label}, {stage.epochs} epochs{until}"
    told = config.model_dump(mode="json", exclude={"stages": True, "plan": True, "data": {"dataset"}})
    for path, value in leaves(told):
        name = path.replace("data.", "").replace(".", " ").replace("_", " ")
        lines[name] = "–" if value in (None, []) else str(value)
    return lines


def _trains(draft: Draft) -> str:
    alone = not (draft.plan.blocks or draft.plan.embeddings)
    return draft.plan.label if alone else f"{draft.plan.label} and the head"
