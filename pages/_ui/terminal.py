"""An experiment as a command line that does it again, and what that command needs."""

import json
import shlex
from collections.abc import Collection

import streamlit as st

from pages._ui import kept, live, state
from pages._ui.summary import leaves
from pages._ui.words import plain, short
from translearn_core.config import (
    ADAPTED,
    AnatomyConfig,
    BackboneConfig,
    DataConfig,
    ExperimentConfig,
    FeatureConfig,
    FreezePlan,
    PretrainConfig,
    SplitConfig,
    TrainingConfig,
)
from translearn_core.errors import NotFoundError
from translearn_core.results import Anatomy
from translearn_core.runs import Run

LOOP = ("epochs", "lr", "head_lr", "batch_size", "precision", "device", "seed")
"""Settings of the loop that the command line has an option for."""

READING = (
    "epochs",
    "head_epochs",
    "lr",
    "head_lr",
    "batch_size",
    "masked",
    "token_limit",
    "precision",
    "device",
    "seed",
)
"""Settings of a pre-training that the command line has an option for."""

FIRST = (
    "It needs a backbone that was made here, and the terminal knows those that were made from there: run "
    "this first. On this machine it takes a moment, because the work is done."
)
GONE = "It needs a backbone that was deleted, so it works only where that still is."
BESIDE = (
    "It needs a backbone that was made in a way the terminal has no words for: make one like it, and put its "
    "id after --backbone."
)


def show(run: Run, config: ExperimentConfig) -> None:
    """Show the command, and what it needs to do the same."""
    file, parts = _files(run.owner, config.data.dataset)
    looked = live.found(AnatomyConfig(backbone=config.backbone))
    anatomy = kept.result(looked, Anatomy) if looked else None
    st.caption("The same from a terminal:")
    st.code(command(config, file, parts, anatomy), language="bash", wrap_lines=True)
    if others := apart(parts):
        called = " and ".join(f"{part}.csv" for part in others)
        st.caption(f"Your other files are called {called} here: put their own names.")
    _needed(run.owner, config.backbone)
    built_on = [job for job in (config.continues, config.distil and config.distil.teacher) if job]
    if built_on:
        names = {other.job.id: other.name for other in state.store().runs(run.owner)}
        called = " and ".join(plain(short(names.get(job, job))) for job in built_on)
        st.caption(f"It builds on {called}, which has to be trained from the terminal first.")


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


def reading_on(config: PretrainConfig, file: str, parts: Collection[str] = ()) -> str | None:
    """Return the command line that makes the same backbone under the same id; None where there is none."""
    source = BackboneConfig(id=config.backbone.id, random_init=config.backbone.random_init)
    if source != config.backbone or apart(parts):
        return None
    words: list[object] = ["translearn", "pretrain", f"./{file}" if file.startswith("-") else file]
    words += ["--text", config.text, "--backbone", source.id]
    words += ["--random-init"] * source.random_init
    for name in READING:
        words += [f"--{name.replace('_', '-')}", getattr(config, name)]
    return shlex.join(str(word) for word in words)


def _needed(owner: str, backbone: BackboneConfig) -> None:
    """Say what must have been made before a backbone is there, the first one first."""
    commands: list[str | None] = []
    while backbone.id.startswith(ADAPTED):
        try:
            made = state.store().run(owner, backbone.id.removeprefix(ADAPTED))
        except NotFoundError:
            st.caption(GONE)
            return
        config = made.job.config
        assert isinstance(config, PretrainConfig)
        commands.insert(0, reading_on(config, *_files(owner, config.dataset)))
        backbone = config.backbone
    if None in commands:
        st.caption(BESIDE)
    elif commands:
        st.caption(FIRST)
        st.code("\n".join(filter(None, commands)), language="bash", wrap_lines=True)


def _files(owner: str, digest: str) -> tuple[str, Collection[str]]:
    """Return the name of a data set's file, and the parts that have files of their own."""
    try:
        return state.store().dataset(owner, digest).name, state.store().workspace.sources(digest)
    except NotFoundError:
        return "data.csv", ()
