"""``translearn next-rows``: choose the texts whose label would help most."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.few_labels.texts import TextsOptions, texts_config
from translearn_core.commands.terminal.client import result, submit
from translearn_core.commands.terminal.options import AsJson, Raw, ReadingOptions
from translearn_core.commands.terminal.output import check_output, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import SplitConfig
from translearn_core.data.files.write_table import write_table
from translearn_core.jobs.diagnostics.unlabelled_texts import Choice, NextRowsConfig
from translearn_core.results.diagnostics.few_labels.next_rows import NextRows
from translearn_core.results.format import count_noun


def next_rows(
    options: TextsOptions,
    reading: ReadingOptions,
    label: Annotated[
        str | None, typer.Option(help="Column of the labels there are; default: no text has one.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Column that names each row's split; default: the split that 'train' draws."),
    ] = None,
    rows: Annotated[int, typer.Option(help="Rows to choose.")] = 20,
    method: Annotated[Choice, typer.Option(help="uncertainty, diversity or both.")] = Choice.BOTH,
    out: Annotated[
        Path | None, typer.Option(help="File for the rows with an empty label: .csv, .tsv, .xlsx and more.")
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Choose the unlabelled texts whose label would help most; 'labels --fill' takes the labels."""
    check_output(out)
    config, dataset, data, named = texts_config(
        NextRowsConfig, options, reading, {"--label": label, "--split": split}, rows=rows, method=method
    )
    config = config.model_copy(update={"label": named.get("--label")})
    if (task := config.labelled_task) is not None:
        drawn = SplitConfig(column=named.get("--split"), seed=options.seed)
        config = config.model_copy(update={"task": task.model_copy(update={"split": drawn})})
    data.show(quiet=reading.quiet)
    chosen = result(submit(config, f"rows to label in {dataset.name}"), NextRows)
    if out is not None:
        write_table(chosen.frame(), out, raw=raw)
    record = {
        "method": chosen.method,
        "labelled": chosen.labelled,
        "unlabelled": chosen.unlabelled,
        "classes": list(chosen.classes),
        "rows": json.loads(chosen.rows.to_json(orient="records")),
        "sentences": list(chosen.sentences),
        "out": None if out is None else str(out),
        "findings": data.records(),
    }
    print_result(record, show, as_json=as_json)


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the sentences and the chosen rows."""
    for sentence in record["sentences"]:
        print_line(sentence, screen)
    rows = [
        (
            str(one["row"]),
            "" if one["uncertainty"] is None else f"{one['uncertainty']:.2f}",
            one["text"][:200],
        )
        for one in record["rows"]
    ]
    print_table(screen, ("row", "uncertainty", "text"), rows, numbers=("row", "uncertainty"))
    if record["out"]:
        print_line(
            f"{count_noun(len(rows), 'row')} to label in {record['out']}: fill in its column label, then "
            "give it to 'translearn labels FILE --fill'.",
            screen,
        )
