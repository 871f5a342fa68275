"""``translearn predict``: classify the rows of a file with a finished run."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.client import add_dataset, find, result, submit
from translearn_core.commands.data_check import check_data, column_name, read_data
from translearn_core.commands.options import (
    TABLE_KINDS,
    AsJson,
    FinishedRun,
    Raw,
    ReadingOptions,
    read_options,
)
from translearn_core.commands.output import check_writable, print_line, print_result
from translearn_core.config import ExperimentConfig, PredictFileConfig
from translearn_core.data.files.write_table import output_kind, write_table
from translearn_core.errors import ConfigError
from translearn_core.results import FilePrediction


def predict(
    run: FinishedRun,
    file: Annotated[Path, typer.Argument(help=f"Table with the texts: {TABLE_KINDS}.")],
    out: Annotated[Path, typer.Option(help="File to write: .csv, .tsv, .xlsx, .parquet or .jsonl; .gz too.")],
    reading: ReadingOptions,
    text: Annotated[
        str | None, typer.Option(help="Column that holds the texts; default: the run's own.")
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Classify every row of a file with a finished run."""
    kind = output_kind(out)
    check_writable(out)
    trained = find(run)
    if not isinstance(trained.job.config, ExperimentConfig):
        raise ConfigError("run", trained.id, "a training")
    dataset = add_dataset({"train": file}, read_options(reading))
    table = read_data(dataset, texts_only=True)
    learned, names = trained.job.config.data.text, [column.name for column in table.columns]
    if text is None and learned not in names and len(names) == 1:
        text = names[0]
    column = column_name(text or learned, table, "--text")
    data = check_data(table)
    data.show(quiet=reading.quiet)
    config = PredictFileConfig(job=trained.job.id, dataset=dataset.digest, text=column)
    found = result(submit(config, "prediction"), FilePrediction)
    form = table.formats[0]
    write_table(
        found.table,
        out,
        kind,
        raw=raw,
        bom=form.spreadsheet,
        delimiter=form.csv_delimiter,
        types=form.types,
    )
    counts: dict[str, int] = dict(found.counts.itertuples(index=False))
    told = {"run": trained.id, "rows": found.rows, "blank": found.blank, "out": str(out), "counts": counts}
    print_result(told | {"findings": data.records()}, show, as_json=as_json)


def show(found: dict[str, Any], screen: Console) -> None:
    """Print how many rows were classified, and where they are."""
    said = f"{found['rows']:,} rows classified"
    if blank := found["blank"]:
        answered = found["rows"] - blank
        said = f"{answered:,} of {found['rows']:,} rows classified, {blank:,} without a text left empty"
    print_line(f"{said}, written to {found['out']}", screen)
