"""Command line that reproduces an experiment, with its prerequisites."""

import shlex
from collections.abc import Collection
from typing import Any

from pages._ui.forms.require_task import Ready
from pages._ui.shell import jobs, st, state
from pages._ui.shell.formatting import plain, short
from translearn_core.config import BackboneConfig, ExperimentConfig, ReadOptions, WordVectorsConfig
from translearn_core.config.read_options import option_words
from translearn_core.errors import NotFoundError
from translearn_core.jobs import (
    BackboneInfoConfig,
    PretrainConfig,
    TransferMatrixConfig,
    ZeroShotConfig,
)
from translearn_core.jobs.diagnostics.unlabelled_texts import ClusterConfig, DescribedClassesConfig
from translearn_core.runs import Dataset, Run
from translearn_core.runs.reproduce import (
    cli_command,
    clusters_command,
    non_default_settings,
    transfer_command,
    zero_shot_command,
)

READING = (
    "epochs",
    "head_epochs",
    "lr",
    "head_lr",
    "batch_size",
    "mlm_probability",
    "token_limit",
    "precision",
    "device",
    "seed",
)
"""Pretraining settings with an option of the command line."""
VECTORS = ("objective", "width", "window", "negatives", "subsampling", "min_count", "epochs", "lr", "seed")
"""Settings of word vectors with an option of the command line."""

FIRST = (
    "It needs a backbone that was pretrained here, and the terminal knows only its own: run this first. On "
    "this machine it takes a moment, because the work is done."
)
GONE = "It needs a backbone that was deleted, so it works only where that still exists."
BESIDE = (
    "It needs a backbone that was made in a way the command line has no options for: make one like it, and "
    "put its id after --backbone."
)


def show(run: Run[ExperimentConfig], config: ExperimentConfig) -> None:
    """Show the command and its prerequisites."""
    file, parts = files(run.owner, config.data.dataset)
    backbone_info = jobs.known(BackboneInfoConfig(backbone=config.backbone))
    st.caption("The same from a terminal:")
    options = state.store().workspace.read_options(config.data.dataset)
    st.code(cli_command(config, file, parts, backbone_info, options), language="bash", wrap_lines=True)
    if (number := state.store().version_number(config.data.dataset)) > 1:
        st.caption(
            f"Version {number} has your corrections: download the corrected table on the Labels page and put "
            "its name; the split is drawn anew from it."
        )
    if others := non_default_settings(parts):
        called = " and ".join(f"{part}.csv" for part in others)
        st.caption(f"Your other files are called {called} here: put their own names.")
    _needed(run.owner, config.backbone)
    built_on = [job for job in (config.resume_from, config.distil and config.distil.teacher) if job]
    if built_on:
        names = {other.job.id: other.name for other in state.store().runs(run.owner)}
        called = " and ".join(plain(short(names.get(job, job))) for job in built_on)
        st.caption(f"It builds on {called}, which has to be trained from the terminal first.")


def transfer(ready: Ready, trained: ExperimentConfig, matrix: TransferMatrixConfig) -> str:
    """Return the command of a transfer matrix; `trained` is the experiment of its runs, if it has any."""
    seeds = max((len(run.jobs) for run in matrix.runs), default=0)
    experiment = trained if seeds else ready.experiment
    experiment = experiment.model_copy(update={"data": matrix.data})
    return transfer_command(experiment, seeds, *_table(ready.dataset), ready.backbone_info, _options(ready))


def zero_shot(ready: Ready, config: ZeroShotConfig) -> str:
    """Return the command of a zero-shot classification."""
    experiment = ready.experiment.model_copy(update={"data": config.data})
    return zero_shot_command(config, experiment, *_table(ready.dataset), ready.backbone_info, _options(ready))


def clusters(dataset: Dataset, config: ClusterConfig | DescribedClassesConfig) -> str:
    """Return the command of clusters, or of described classes; empty if there is none."""
    options = state.store().workspace.read_options(dataset.digest)
    return clusters_command(config, *_table(dataset), options)


def _table(dataset: Dataset) -> tuple[str, Collection[str]]:
    return files(state.owner(), dataset.digest)


def _options(ready: Ready) -> ReadOptions:
    return state.store().workspace.read_options(ready.dataset.digest)


def pretrain_command(
    config: PretrainConfig, file: str, parts: Collection[str] = (), options: ReadOptions | None = None
) -> str | None:
    """Return the command line that makes the same backbone under the same id; None if there is none.

    `options` are the read options of the file.
    """
    source = BackboneConfig(id=config.backbone.id, random_init=config.backbone.random_init)
    if source != config.backbone or config.target_data is not None or non_default_settings(parts):
        return None
    words: list[object] = ["translearn", "pretrain", f"./{file}" if file.startswith("-") else file]
    words += ["--text", config.text]
    words += [] if config.text_pair is None else ["--text-pair", config.text_pair]
    words += [*option_words(options or ReadOptions()), "--backbone", source.id]
    words += ["--random-init"] * source.random_init
    for name in READING:
        words += [f"--{name.replace('_', '-')}", getattr(config, name)]
    return shlex.join(str(word) for word in words)


def vectors_command(
    config: WordVectorsConfig, name: str, file: str, options: ReadOptions | None = None
) -> str:
    """Return the command line that trains the same word vectors under the same id."""
    words: list[object] = ["translearn", "vectors", f"./{file}" if file.startswith("-") else file]
    words += ["--text", config.text, "--out", name]
    words += [] if config.text_pair is None else ["--text-pair", config.text_pair]
    words += option_words(options or ReadOptions())
    for field in VECTORS:
        words += [f"--{field.replace('_', '-')}", getattr(config, field)]
    for word in config.watch:
        words += ["--watch", word]
    return shlex.join(str(word) for word in words)


def _needed(owner: str, backbone: BackboneConfig) -> None:
    """Show the commands that make a backbone and those it is based on, in order."""
    commands: list[str | None] = []
    while (job := backbone.pretraining_job) is not None:
        try:
            made = state.store().run(owner, job)
        except NotFoundError:
            st.caption(GONE)
            return
        command, backbone = _making(owner, made)
        commands.insert(0, command)
    if None in commands:
        st.caption(BESIDE)
    elif commands:
        st.caption(FIRST)
        st.code("\n".join(filter(None, commands)), language="bash", wrap_lines=True)


def _making(owner: str, made: Run[Any]) -> tuple[str | None, BackboneConfig]:
    """Return the command that makes a backbone, None if there is none, and the backbone it is based on."""
    config = made.job.config
    match config:
        case PretrainConfig():
            options = state.store().workspace.read_options(config.dataset)
            return pretrain_command(config, *files(owner, config.dataset), options), config.backbone
        case WordVectorsConfig():
            options = state.store().workspace.read_options(config.dataset)
            file, parts = files(owner, config.dataset)
            command = (
                None if non_default_settings(parts) else vectors_command(config, made.name, file, options)
            )
            return command, BackboneConfig()
        case _:
            return None, BackboneConfig()


def files(owner: str, digest: str) -> tuple[str, Collection[str]]:
    """Return the name of a data set's file, and its parts with separate files."""
    try:
        return state.store().dataset(owner, digest).name, state.store().workspace.source_paths(digest)
    except NotFoundError:
        return "data.csv", ()
