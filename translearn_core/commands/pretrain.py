"""``translearn pretrain``: let a backbone read texts, which makes a new backbone of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.client import add_dataset, anatomy_of, result, submit, with_whole_path
from translearn_core.commands.data_check import DataCheck, check_data, column_name, read_data
from translearn_core.commands.errors import valid
from translearn_core.commands.options import (
    TABLE_KINDS,
    AsJson,
    Backbone,
    BatchSize,
    DeviceWord,
    PrecisionWord,
    RandomInit,
    Rate,
    ReadingOptions,
    TextColumn,
    given,
    read_options,
)
from translearn_core.commands.output import print_line, print_result
from translearn_core.config import ADAPTED, BUNDLED, BackboneConfig, PretrainConfig
from translearn_core.results import Pretraining
from translearn_core.runs import Dataset, Run, open_store


@dataclass(frozen=True)
class PretrainOptions:
    """What a pre-training is asked for with."""

    file: Annotated[Path, typer.Argument(help=f"Table with texts, labels are not needed: {TABLE_KINDS}.")]
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


def pretrain(asked: PretrainOptions, reading: ReadingOptions, as_json: AsJson = False) -> None:
    """Let a backbone read a file's texts, labelled or not, and make a new backbone of it."""
    config, dataset, data = pretraining_of(asked, reading)
    data.show(quiet=reading.quiet)
    run = submit(config, f"{dataset.name}, {config.epochs} epoch{'s' * (config.epochs != 1)}")
    print_result(report(run) | {"findings": data.records()}, show, as_json=as_json)


def pretraining_of(
    asked: PretrainOptions, reading: ReadingOptions
) -> tuple[PretrainConfig, Dataset, DataCheck]:
    """Return the pre-training that the options ask for, its data set, and what is in that."""
    dataset = add_dataset({"train": asked.file}, read_options(reading))
    table = read_data(dataset, texts_only=True)
    text = column_name(asked.text, table, "--text")
    source = with_whole_path(valid(BackboneConfig, id=asked.backbone, random_init=asked.random_init))
    chosen = {"token_limit": anatomy_of(source).features.token_limit} | given(asked, PretrainConfig)
    config = valid(PretrainConfig, **chosen | {"dataset": dataset.digest, "text": text, "backbone": source})
    return config, dataset, check_data(table)


def report(run: Run) -> dict[str, Any]:
    """Return what ``pretrain --json`` prints."""
    found = result(run, Pretraining)
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
    print_line(
        f"Loss on {found['held_out']:,} texts held out: {found['loss_before']:.3f} before, "
        f"{found['loss_after']:.3f} after (perplexity {found['perplexity_before']:,.1f} and "
        f"{found['perplexity_after']:,.1f}). It read {found['texts']:,} texts, {found['tokens']:,} tokens, "
        f"on {found['device']} in {found['seconds']:.1f} s.{head}\n"
        f"To train on it: translearn train FILE --text COLUMN --label COLUMN --backbone {found['backbone']}",
        screen,
    )
