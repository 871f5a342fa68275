"""``translearn vectors``: train word vectors on texts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.data_check import check_data, column_name, read_data
from translearn_core.commands.terminal.client import add_dataset, result, submit
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import (
    TABLE_KINDS,
    AsJson,
    ReadingOptions,
    TextColumn,
    given_options,
    read_options,
)
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.config import ADAPTED, VectorObjective, WordVectorsConfig
from translearn_core.results import WordVectorTraining
from translearn_core.runs import Run, open_store


@dataclass(frozen=True)
class VectorOptions:
    """Options of a training of word vectors."""

    file: Annotated[Path, typer.Argument(help=f"Table with texts, labels are not needed: {TABLE_KINDS}.")]
    text: TextColumn
    out: Annotated[str, typer.Option(help="Name of the vectors, which --backbone takes.")]
    text_pair: Annotated[
        str | None, typer.Option(help="Column of the second texts of pairs, which are read too.")
    ] = None
    objective: Annotated[
        VectorObjective,
        typer.Option(help="skip-gram: a word predicts those around it; cbow: they predict it."),
    ] = VectorObjective.SKIP_GRAM
    width: Annotated[int | None, typer.Option(help="Numbers of a vector; default 100.")] = None
    window: Annotated[int | None, typer.Option(help="Words on each side that count; default 5.")] = None
    negatives: Annotated[
        int | None, typer.Option(help="Drawn words that a word is told apart from; default 5.")
    ] = None
    subsampling: Annotated[
        float | None, typer.Option(help="Share of the words above which a word is read less often; 0: never.")
    ] = None
    min_count: Annotated[int | None, typer.Option(help="Rarer words get no vector; default 2.")] = None
    epochs: Annotated[int | None, typer.Option(help="Passes over the texts; default 10.")] = None
    lr: Annotated[float | None, typer.Option(help="First learning rate; default 0.025.")] = None
    watch: Annotated[
        list[str] | None,
        typer.Option(help="Word whose neighbours are shown; may be repeated; default: frequent ones."),
    ] = None
    seed: Annotated[int, typer.Option(help="Seed of first vectors, order and negatives.")] = 0


def vectors(options: VectorOptions, reading: ReadingOptions, as_json: AsJson = False) -> None:
    """Train word vectors on a file's texts, labelled or not; saves a new backbone."""
    dataset = add_dataset({"train": options.file}, read_options(reading))
    table = read_data(dataset, texts_only=True)
    data = check_data(table)
    data.show(quiet=reading.quiet)
    pair = None if options.text_pair is None else column_name(options.text_pair, table, "--text-pair")
    chosen = given_options(options, WordVectorsConfig) | {
        "dataset": dataset.digest,
        "text": column_name(options.text, table, "--text"),
        "text_pair": pair,
        "watch": tuple(options.watch or ()),
    }
    run = submit(valid(WordVectorsConfig, **chosen), options.out)
    print_result(report(run) | {"findings": data.records()}, show, as_json=as_json)


def report(run: Run) -> dict[str, Any]:
    """Return the output of ``vectors --json``."""
    training = result(run, WordVectorTraining)
    solved = sum(one.solved for one in training.analogies)
    return {
        "run": run.id,
        "name": run.name,
        "backbone": f"{ADAPTED}{run.job.id}",
        **{name: getattr(training, name) for name in ("texts", "tokens", "words", "rare", "width", "losses")},
        "neighbours": {one.word: one.nearest for one in training.neighbours},
        "missing": training.missing,
        "analogies": {"asked": len(training.analogies), "solved": solved},
        "seconds": training.seconds,
        "folder": str(open_store().workspace.backbone(run.job.id)),
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print losses, neighbours of the watched words, and the command to train on the vectors."""
    losses = record["losses"]
    print_line(
        f"{record['words']:,} words have a vector ({record['rare']:,} were too rare), from "
        f"{record['texts']:,} texts with {record['tokens']:,} words, in {record['seconds']:.1f} s. Loss per "
        f"word: {losses[0]:.3f} in the first epoch, {losses[-1]:.3f} in the last.",
        screen,
    )
    for word, nearest in record["neighbours"].items():
        print_line(f"Nearest to {word}: {', '.join(nearest)}.", screen)
    if record["missing"]:
        print_line(f"Without a vector: {', '.join(record['missing'])}.", screen)
    if asked := record["analogies"]["asked"]:
        print_line(f"Analogies solved: {record['analogies']['solved']} of {asked}.", screen)
    print_line(
        f"To train on them: translearn train FILE --text COLUMN --label COLUMN --backbone {record['name']}",
        screen,
    )
