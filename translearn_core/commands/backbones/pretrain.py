"""``translearn pretrain``: continue masked-language-model pretraining on texts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.data_check import DataCheck, check_data, column_name, read_data
from translearn_core.commands.terminal.client import (
    add_dataset,
    as_engine_finds,
    backbone_info,
    result,
    submit,
)
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import (
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
    given_options,
    read_options,
)
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.config import ADAPTED, BUNDLED, BackboneConfig
from translearn_core.jobs import PretrainConfig
from translearn_core.results import Pretraining
from translearn_core.runs import Dataset, Run, open_store


@dataclass(frozen=True)
class PretrainOptions:
    """Options of a pretraining."""

    file: Annotated[Path, typer.Argument(help=f"Table with texts, labels are not needed: {TABLE_KINDS}.")]
    text: TextColumn
    text_pair: Annotated[
        str | None, typer.Option(help="Column of the second texts of pairs, which are read too.")
    ] = None
    backbone: Backbone = BUNDLED
    random_init: RandomInit = False
    epochs: Annotated[int | None, typer.Option(help="Passes over the texts; default 3.")] = None
    head_epochs: Annotated[
        int | None, typer.Option(help="Passes before, in which only a new prediction head trains; default 1.")
    ] = None
    lr: Rate = None
    head_lr: Annotated[float | None, typer.Option(help="Peak learning rate of a new prediction head.")] = None
    batch_size: BatchSize = None
    mlm_probability: Annotated[
        float | None, typer.Option(help="Share of the tokens to guess; default 0.15.")
    ] = None
    token_limit: Annotated[int | None, typer.Option(help="Longer texts are cut here; default 128.")] = None
    precision: PrecisionWord = "auto"
    device: DeviceWord = "auto"
    seed: Annotated[int, typer.Option(help="Seed of masks and order.")] = 0


def pretrain(options: PretrainOptions, reading: ReadingOptions, as_json: AsJson = False) -> None:
    """Continue pretraining a backbone on a file's texts, labelled or not; saves a new backbone."""
    config, dataset, data = pretraining_of(options, reading)
    data.show(quiet=reading.quiet)
    run = submit(config, f"{dataset.name}, {config.epochs} epoch{'s' * (config.epochs != 1)}")
    print_result(report(run) | {"findings": data.records()}, show, as_json=as_json)


def pretraining_of(
    options: PretrainOptions, reading: ReadingOptions
) -> tuple[PretrainConfig, Dataset, DataCheck]:
    """Return the pretraining for the options, its data set, and the findings on that."""
    dataset = add_dataset({"train": options.file}, read_options(reading))
    table = read_data(dataset, texts_only=True)
    text = column_name(options.text, table, "--text")
    source = as_engine_finds(valid(BackboneConfig, id=options.backbone, random_init=options.random_init))
    chosen = {"token_limit": backbone_info(source).features.token_limit} | given_options(
        options, PretrainConfig
    )
    pair = None if options.text_pair is None else column_name(options.text_pair, table, "--text-pair")
    given = {"dataset": dataset.digest, "text": text, "text_pair": pair, "backbone": source}
    config = valid(PretrainConfig, **chosen | given)
    return config, dataset, check_data(table)


def report(run: Run) -> dict[str, Any]:
    """Return the output of ``pretrain --json``."""
    pretraining = result(run, Pretraining)
    return {
        "run": run.id,
        "backbone": f"{ADAPTED}{run.job.id}",
        **vars(pretraining),
        "perplexity_before": pretraining.perplexity_before,
        "perplexity_after": pretraining.perplexity_after,
        "folder": str(open_store().workspace.backbone(run.job.id)),
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the losses before and after, and the command to train on the new backbone."""
    head = (
        f" A new prediction head learned first (epochs: {record['head_epochs']}): the backbone brought none."
        if record["fresh_head"]
        else ""
    )
    print_line(
        f"Loss on {record['held_out']:,} texts held out: {record['loss_before']:.3f} before, "
        f"{record['loss_after']:.3f} after (perplexity {record['perplexity_before']:,.1f} and "
        f"{record['perplexity_after']:,.1f}). It read {record['texts']:,} texts, {record['tokens']:,} "
        f"tokens, on {record['device']} in {record['seconds']:.1f} s.{head}\n"
        f"To train on it: translearn train FILE --text COLUMN --label COLUMN --backbone {record['backbone']}",
        screen,
    )
