"""``translearn pretrain``: let a backbone read texts, which makes a new backbone of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.asking import anatomy_of, answer, ask, bring, with_whole_path
from translearn_core.commands.options import (
    AsJson,
    Backbone,
    BatchSize,
    DeviceWord,
    PrecisionWord,
    RandomInit,
    Rate,
    TextColumn,
    given,
)
from translearn_core.commands.refusals import valid
from translearn_core.commands.saying import say, sentence
from translearn_core.config import ADAPTED, BUNDLED, BackboneConfig, PretrainConfig
from translearn_core.data import read
from translearn_core.data.columns import file_columns
from translearn_core.errors import DataError
from translearn_core.results import Pretraining
from translearn_core.runs import Dataset, Run, open_store
from translearn_core.settings import settings


@dataclass(frozen=True)
class PretrainOptions:
    """What a pre-training is asked for with."""

    file: Annotated[Path, typer.Argument(help="CSV or TSV with texts; labels are not needed.")]
    text: TextColumn
    backbone: Backbone = BUNDLED
    random_init: RandomInit = False
    epochs: Annotated[int | None, typer.Option(help="Passes over the texts; default 3.")] = None
    head_epochs: Annotated[
        int | None, typer.Option(help="Passes before, in which only a new prediction head trains; default 1.")
    ] = None
    lr: Rate = None
    head_lr: Annotated[float | None, typer.Option(help="Peak learning rate of a new prediction head.")] = None
    batch_size: BatchSize = None
    masked: Annotated[float | None, typer.Option(help="Share of the tokens to guess; default 0.15.")] = None
    token_limit: Annotated[int | None, typer.Option(help="Longer texts are cut here; default 128.")] = None
    precision: PrecisionWord = "auto"
    device: DeviceWord = "auto"
    seed: Annotated[int, typer.Option(help="Seed of masks and order.")] = 0


def pretrain(asked: PretrainOptions, as_json: AsJson = False) -> None:
    """Let a backbone read a file's texts, labelled or not, and make a new backbone of it."""
    config, dataset = pretraining_of(asked)
    run = ask(config, f"{dataset.name}, {config.epochs} epoch{'s' * (config.epochs != 1)}")
    say(report(run), show, as_json=as_json)


def pretraining_of(asked: PretrainOptions) -> tuple[PretrainConfig, Dataset]:
    """Return the pre-training that the options ask for, and its data set, checked."""
    dataset = bring({"train": asked.file})
    table, _ = read(
        open_store().workspace.sources(dataset.digest),
        settings(),
        open_store().workspace.read_options(dataset.digest),
    )
    if asked.text not in (names := file_columns(table)):  # said at once, before anything is started
        raise DataError(
            f"There is no column {asked.text!r} in this file; it has {', '.join(map(repr, names))}: "
            "check --text."
        )
    source = with_whole_path(valid(BackboneConfig, id=asked.backbone, random_init=asked.random_init))
    usual = PretrainConfig.model_fields["token_limit"].default
    chosen = {"token_limit": min(usual, anatomy_of(source).token_limit)} | given(asked, PretrainConfig)
    return valid(PretrainConfig, **chosen | {"dataset": dataset.digest, "backbone": source}), dataset


def report(run: Run) -> dict[str, Any]:
    """Return what ``pretrain --json`` prints."""
    found = answer(run, Pretraining)
    return {
        "run": run.id,
        "backbone": f"{ADAPTED}{run.job.id}",
        "parent": found.parent,
        "texts": found.texts,
        "held_out": found.held_out,
        "tokens": found.tokens,
        "loss_before": found.loss_before,
        "loss_after": found.loss_after,
        "perplexity_before": found.perplexity_before,
        "perplexity_after": found.perplexity_after,
        "losses": list(found.losses),
        "head_epochs": found.head_epochs,
        "fresh_head": found.fresh_head,
        "seconds": found.seconds,
        "device": found.device,
        "precision": found.precision,
        "folder": str(open_store().workspace.backbone(run.job.id)),
    }


def show(found: dict[str, Any], screen: Console) -> None:
    """Print the losses before and after, and how to go on."""
    head = (
        f" A new prediction head learned first (epochs: {found['head_epochs']}): the backbone brought none."
        if found["fresh_head"]
        else ""
    )
    sentence(
        f"Loss on {found['held_out']:,} texts held out: {found['loss_before']:.3f} before, "
        f"{found['loss_after']:.3f} after (perplexity {found['perplexity_before']:,.1f} and "
        f"{found['perplexity_after']:,.1f}). It read {found['texts']:,} texts, {found['tokens']:,} tokens, "
        f"on {found['device']} in {found['seconds']:.1f} s.{head}\n"
        f"To train on it: translearn train FILE --text COLUMN --label COLUMN --backbone {found['backbone']}",
        screen,
    )
