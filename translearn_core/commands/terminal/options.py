"""Options shared by several commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from translearn_core.commands.terminal.dataclass_options import OptionChanges
from translearn_core.commands.terminal.errors import valid
from translearn_core.config import BUNDLED, BaseConfig, ReadOptions, TaskWord
from translearn_core.errors import ConfigError, DataError
from translearn_core.translation import Language

TABLE_KINDS = "CSV, TSV, Excel, OpenDocument, Parquet, JSON Lines, CoNLL or fastText"
TrainingFile = Annotated[Path, typer.Argument(help=f"Table with the training rows: {TABLE_KINDS}.")]
TextColumn = Annotated[str, typer.Option(help="Column that holds the texts, by its name or number.")]

LabelColumn = Annotated[str, typer.Option(help="Column to predict, by its name or number.")]
LabelColumns = Annotated[
    list[str],
    typer.Option(
        help="Column to predict, by its name or number; several are predicted together, or with --task "
        "multi-label are one-hot columns."
    ),
]
Task = Annotated[
    TaskWord,
    typer.Option(help="What the column holds: one class, several labels, or a number; auto: guessed."),
]
Backbone = Annotated[str, typer.Option(help="Bundled name, Hub id or local folder.")]
RandomInit = Annotated[bool, typer.Option(help="Same architecture with fresh weights: no transfer.")]

Rate = Annotated[float | None, typer.Option(help="Peak learning rate of the backbone.")]
BatchSize = Annotated[int | None, typer.Option(help="Texts per step.")]
PrecisionWord = Annotated[str, typer.Option(help="auto, float32 or bf16.")]
DeviceWord = Annotated[str, typer.Option(help="auto, cuda, mps or cpu.")]
Seed = Annotated[int, typer.Option(help="Seed of split, head, batch order and dropout.")]

FinishedRun = Annotated[str, typer.Argument(help="Id or name of a finished run.")]
Raw = Annotated[
    bool,
    typer.Option(
        "--raw",
        help="Write CSV cells as they are; without it what a spreadsheet would run as a formula gets an "
        "apostrophe.",
    ),
]
LanguageOfTexts = Annotated[
    Language, typer.Option(metavar="|".join(Language.offered()), help="Language of its texts.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@dataclass(frozen=True)
class ReadingOptions:
    """Options for reading data files and printing findings.

    `read_options` converts them to `ReadOptions`; what is not given is detected.
    """

    encoding: Annotated[str | None, typer.Option(help="Encoding of the data files, such as cp1250.")] = None
    delimiter: Annotated[
        str | None,
        typer.Option(help="What stands between fields: comma, semicolon, tab, pipe, space or a text."),
    ] = None
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether the first row names the columns.")
    ] = None
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook, or file in an archive.")] = None
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not print what was found in the data files.")] = (
        False
    )


@dataclass(frozen=True)
class ExperimentOptions:
    """Options of one experiment; `experiment.experiment_of` builds its configuration.

    `given` names those on the command line, which win over a settings file.
    """

    file: TrainingFile
    text: TextColumn
    label: LabelColumns
    task: Task = TaskWord.AUTO
    text_pair: Annotated[
        str | None, typer.Option(help="Column of the second texts, where the model reads pairs.")
    ] = None
    sentence: Annotated[
        str | None,
        typer.Option(help="Column that numbers the sentences, where each row is a word; default: found."),
    ] = None
    validation: Annotated[Path | None, typer.Option(help="File to choose on; default: a share of FILE.")] = (
        None
    )
    test: Annotated[Path | None, typer.Option(help="File to report on; default: a share of FILE.")] = None
    split: Annotated[str | None, typer.Option(help="Column that names each row's split.")] = None
    group: Annotated[
        str | None, typer.Option(help="Column whose equal values stay in one split, such as the author.")
    ] = None
    time: Annotated[
        str | None, typer.Option(help="Column of dates: train on the earliest rows, test on the latest.")
    ] = None
    domain: Annotated[
        str | None,
        typer.Option(help="Column that names each row's domain, such as its language or kind of product."),
    ] = None
    source_domain: Annotated[
        list[str] | None,
        typer.Option(help="With --domain: domain to learn from; may be repeated; default: all."),
    ] = None
    target_domain: Annotated[
        list[str] | None,
        typer.Option(help="With --domain: domain to test on; may be repeated; default: all."),
    ] = None
    unlabelled: Annotated[
        Path | None, typer.Option(help="File of texts without labels, for self-training; beside FILE's own.")
    ] = None
    key: Annotated[
        str | None,
        typer.Option(help="Column with true labels of rows without one: only compared, never learned from."),
    ] = None
    split_seed: Annotated[int | None, typer.Option(help="Seed of the drawn split; default: --seed.")] = None
    backbone: Backbone = BUNDLED
    random_init: RandomInit = False
    recipe: Annotated[
        str | None, typer.Option(help="Transfer strategy by name; 'translearn recipes' lists them.")
    ] = None
    train_blocks: Annotated[
        str | None,
        typer.Option(
            help="none, all, last:K or block numbers such as 0,2,5; default: none, or the recipe's."
        ),
    ] = None
    teacher: Annotated[
        str | None, typer.Option(help="Finished run that teaches, for recipes that need one.")
    ] = None
    config: Annotated[
        Path | None,
        typer.Option(
            help="Settings file, as 'Settings file' beside a run gives it; options given here win over it."
        ),
    ] = None
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any setting by its name, such as training.epochs=5; may be repeated."),
    ] = None
    epochs: Annotated[
        int | None, typer.Option(help="Passes over the training rows; default: what suits the blocks.")
    ] = None
    lr: Rate = None
    head_lr: Annotated[float | None, typer.Option(help="Peak learning rate of the head.")] = None
    batch_size: BatchSize = None
    precision: PrecisionWord = "auto"
    device: DeviceWord = "auto"
    seed: Seed = 0
    given: frozenset[str] = frozenset()


AS_FOR_TRAIN: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "validation",
            "test",
            "task",
            "text_pair",
            "sentence",
            "split",
            "group",
            "time",
            "domain",
            "source_domain",
            "target_domain",
            "unlabelled",
            "key",
            "split_seed",
            "random_init",
            "recipe",
            "teacher",
            "config",
            "settings",
        ),
        "As for train.",
    ),
    "train_blocks": "none, all, last:K or block numbers such as 0,2,5.",
}
"""Short help of options in other commands than `train`."""

OtherExperimentOptions = Annotated[ExperimentOptions, OptionChanges(help=AS_FOR_TRAIN)]
"""Options of an experiment for other commands than `train`."""


def read_options(options: ReadingOptions) -> ReadOptions:
    """Return how files are to be read; an invalid value raises `ConfigError` with the option's name."""
    if options.encoding is not None:
        from translearn_core.data.files.decoding import (
            text_codec,  # imports chardet, which slows down --help
        )

        try:
            text_codec(options.encoding)
        except DataError:
            expected = "the name of a text encoding, such as utf-8, cp1250 or latin-1"
            raise ConfigError("encoding", options.encoding, expected) from None
    return valid(ReadOptions, **given_options(options, ReadOptions))


def given_options(options: object, kind: type[BaseConfig]) -> dict[str, Any]:
    """Return the options that are fields of `kind` and not None.

    Parameters
    ----------
    options : a dataclass such as `ExperimentOptions`
    kind : the configuration to fill
    """
    return {
        name: value
        for name, value in vars(options).items()
        if name in kind.model_fields and value is not None
    }
