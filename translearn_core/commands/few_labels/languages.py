"""``translearn languages``: identify the language of every text."""

import json
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from translearn_core.commands.data_check import check_data, column_name, read_data
from translearn_core.commands.terminal.client import add_dataset, result, submit
from translearn_core.commands.terminal.options import (
    TABLE_KINDS,
    AsJson,
    Raw,
    ReadingOptions,
    TextColumn,
    read_options,
)
from translearn_core.commands.terminal.output import check_writable, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.data.columns import PART, ROW, file_columns
from translearn_core.data.files.write_table import output_kind, write_table
from translearn_core.errors import DataError
from translearn_core.jobs.tables import LanguagesConfig
from translearn_core.results.format import percent, quote
from translearn_core.results.text_languages import TextLanguages
from translearn_core.runs import Dataset, open_store


def languages(
    file: Annotated[Path, typer.Argument(help=f"Table with texts, labels are not needed: {TABLE_KINDS}.")],
    text: TextColumn,
    reading: ReadingOptions,
    column: Annotated[str, typer.Option(help="Name of the column with the languages.")] = "language",
    out: Annotated[
        Path | None,
        typer.Option(help="File for the table with the language of each row: .csv, .tsv, .xlsx and more."),
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Identify the language of every text, offline; transfer takes the column with --domain."""
    if out is not None:
        output_kind(out)
        check_writable(out)
    dataset = add_dataset({"train": file}, read_options(reading))
    profile = read_data(dataset)
    data = check_data(profile)
    name = column_name(text, profile, "--text")
    if out is not None and column in [one.name for one in profile.columns]:
        raise DataError(f"The table has a column {quote(column)} already: give another name with --column.")
    data.show(quiet=reading.quiet)
    config = LanguagesConfig(dataset=dataset.digest, text=name)
    identified = result(submit(config, f"languages of {dataset.name}"), TextLanguages)
    if out is not None:
        write_table(_with_languages(dataset, identified, column), out, raw=raw, form=profile.formats[0])
    record = _record(identified) | {
        "column": column,
        "out": None if out is None else str(out),
        "findings": data.records(),
    }
    print_result(record, show, as_json=as_json)


def _with_languages(dataset: Dataset, identified: TextLanguages, column: str) -> pd.DataFrame:
    """Return the table as it came, with the language of each row."""
    table = open_store().workspace.edited_table(dataset.digest)
    of_rows = identified.rows.set_index(["part", "row"])["language"]
    codes = of_rows.reindex(pd.MultiIndex.from_frame(table[[PART, ROW]]))
    cells = codes.astype(object).where(codes.notna() & (codes != ""), None)
    return table[file_columns(table)].assign(**{column: cells.to_numpy()})


def _record(identified: TextLanguages) -> dict[str, Any]:
    return {
        "texts": len(identified.rows),
        "languages": json.loads(identified.languages.to_json(orient="records")),
        "uncertain": identified.uncertain,
        "without_letters": identified.without_letters,
        "other_languages": identified.others,
        "least_certain": json.loads(identified.least_certain.to_json(orient="records")),
        "sentences": list(identified.sentences),
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the sentences and a table of the languages."""
    for sentence in record["sentences"]:
        print_line(sentence, screen)
    rows = [
        (one["language"], one["name"], f"{one['texts']:,}", percent(one["share"]), f"{one['uncertain']:,}")
        for one in record["languages"]
    ]
    heads = ("code", "language", "texts", "share", "uncertain")
    print_table(screen, heads, rows, numbers=("texts", "share", "uncertain"))
    if record["out"]:
        print_line(
            f"The table with its languages is in {record['out']}; transfer and train take the column as "
            f"--domain '{record['column']}'.",
            screen,
        )
