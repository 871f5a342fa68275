"""Options and configuration shared by commands on texts that need no labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from translearn_core.commands.data_check import DataCheck, check_data, column_name, read_data
from translearn_core.commands.terminal.client import add_dataset, as_engine_finds, backbone_info
from translearn_core.commands.terminal.errors import naming_fields, valid
from translearn_core.commands.terminal.options import (
    TABLE_KINDS,
    Backbone,
    DeviceWord,
    PrecisionWord,
    RandomInit,
    ReadingOptions,
    TextColumn,
    read_options,
)
from translearn_core.config import BUNDLED, BackboneConfig, FeatureConfig
from translearn_core.errors import ConfigError
from translearn_core.jobs.diagnostics.unlabelled_texts import TextsJobConfig
from translearn_core.runs import Dataset

C = TypeVar("C", bound=TextsJobConfig)


@dataclass(frozen=True)
class TextsOptions:
    """Options of commands on texts that need no labels."""

    file: Annotated[Path, typer.Argument(help=f"Table with texts, labels are not needed: {TABLE_KINDS}.")]
    text: TextColumn
    text_pair: Annotated[str | None, typer.Option(help="Column of the second texts of pairs.")] = None
    unlabelled: Annotated[
        Path | None, typer.Option(help="File of further texts, which have no label; beside FILE's own.")
    ] = None
    backbone: Backbone = BUNDLED
    random_init: RandomInit = False
    layer: Annotated[int | None, typer.Option(help="0: embeddings, k: after block k-1; default: last.")] = (
        None
    )
    token_limit: Annotated[int | None, typer.Option(help="Longer texts are cut here.")] = None
    limit: Annotated[int, typer.Option(help="Texts read at most; of more, a sample is drawn.")] = 10_000
    precision: PrecisionWord = "auto"
    device: DeviceWord = "auto"
    seed: Annotated[int, typer.Option(help="Seed of starts, samples and draws.")] = 0


def texts_config(
    kind: type[C],
    options: TextsOptions,
    reading: ReadingOptions,
    columns: dict[str, str | None],
    **values: Any,
) -> tuple[C, Dataset, DataCheck, dict[str, str]]:
    """Return the job of the options, its data set, the findings on that, and the names of `columns`.

    `columns` maps options such as ``--label`` to the words given, or None.
    """
    files = {"train": options.file} | ({"unlabelled": options.unlabelled} if options.unlabelled else {})
    dataset = add_dataset(files, read_options(reading))
    table = read_data(dataset)
    text = column_name(options.text, table, "--text")
    pair = None if options.text_pair is None else column_name(options.text_pair, table, "--text-pair")
    named = {option: column_name(word, table, option) for option, word in columns.items() if word is not None}
    backbone = as_engine_finds(valid(BackboneConfig, id=options.backbone, random_init=options.random_init))
    if backbone.is_tfidf:
        raise ConfigError("backbone", backbone.id, "a pretrained model: TF-IDF has no vectors of texts")
    features = backbone_info(backbone).features
    own = {"pooling": features.pooling, "token_limit": options.token_limit or features.token_limit}
    with naming_fields():
        config = valid(
            kind,
            dataset=dataset.digest,
            text=text,
            text_pair=pair,
            backbone=backbone,
            features=valid(FeatureConfig, **own),
            **{name: getattr(options, name) for name in ("layer", "limit", "precision", "device", "seed")},
            **values,
        )
    return config, dataset, check_data(table), named
