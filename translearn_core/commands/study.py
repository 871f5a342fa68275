"""``translearn study``: run a grid to the end and say how its cells compare."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from translearn_core.commands.client import (
    add_dataset,
    anatomy_of,
    find,
    result,
    submit,
    watch,
    with_whole_path,
)
from translearn_core.commands.data_check import DataCheck, check_data, column_name, read_data
from translearn_core.commands.errors import naming_fields, valid
from translearn_core.commands.options import AsJson, Raw, ReadingOptions, read_options
from translearn_core.commands.output import check_writable, console, print_line, print_result
from translearn_core.commands.tables import print_table
from translearn_core.config import DiagnoseConfig, FeatureConfig, ReadOptions, Split, StudyConfig
from translearn_core.config.studies.study_file import StudyFile, read_study_file
from translearn_core.data.files.write_table import output_kind, write_table
from translearn_core.errors import ConfigError, DataError, TrainingError
from translearn_core.results import ArmScore, BackboneInfo, Comparison, Interval, TableProfile
from translearn_core.runs import LOCAL, Run, Studies, Study, StudyProgress, open_store
from translearn_core.runs.report_jobs import about_its_data

POLL_SECONDS = 0.3


def study(
    file: Annotated[
        Path, typer.Argument(help="YAML file that says what to vary; see tests/benchmarks for two.")
    ],
    reading: ReadingOptions,
    files: Annotated[
        list[str] | None,
        typer.Option(
            "--files", help="A data file as PART=PATH (train, validation or test); may be repeated."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write the comparison to: .csv, .tsv, .xlsx, .parquet or .jsonl."),
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Run a grid of recipes, boundaries, seeds and sizes, and say which differ by more than chance."""
    if out is not None:
        output_kind(out)
        check_writable(out)
    asked, data = submitted(file, files or [], read_options(reading))
    data.show(quiet=reading.quiet)
    found, failed = compared(asked, follow(asked))
    if out is not None:
        write_table(found.frame(), out, raw=raw)
    told = report(asked, found, failed) | {"findings": data.records()}
    print_result(told, lambda _, page: show(asked, found, failed, page), as_json=as_json)


def submitted(path: Path, files: Sequence[str], options: ReadOptions) -> tuple[Study, DataCheck]:
    """Ask for all runs of the study in `path`, on its files or the ones given, and look at its data."""
    told = valid(StudyFile, **read_study_file(path, parted(files)))
    if Split.TRAIN not in told.files:
        raise DataError(
            "The study names no training file: write it under 'files', or give --files train=PATH."
        )
    dataset = add_dataset({str(part): file for part, file in told.files.items()}, options)
    with naming_fields():
        told.study(dataset.digest)  # what cannot be is said before the files are read
        table = read_data(dataset)
        told = _with_columns(told, table)
        config = told.study(dataset.digest, backbones=[with_whole_path(one) for one in told.backbones])
    anatomies = {backbone.label: anatomy_of(backbone) for backbone in config.backbones}
    config = config.model_copy(update={"settings": {**_fitting(anatomies.values()), **config.settings}})
    if told.teacher is not None:
        config = config.model_copy(update={"teacher": find(told.teacher).job.id})
    data = check_data(table, _questions(config))
    blocks = {label: anatomy.n_blocks for label, anatomy in anatomies.items()}
    return Studies(open_store()).add(LOCAL, told.name, config, blocks, told.baseline), data


def _with_columns(told: StudyFile, table: TableProfile) -> StudyFile:
    """Return the study with the names of columns where numbers stand for them."""
    split = told.split
    if split.column is not None:
        split = split.model_copy(update={"column": column_name(split.column, table, "split")})
    text, label = column_name(told.text, table, "text"), column_name(told.label, table, "label")
    return told.model_copy(update={"text": text, "label": label, "split": split})


def _questions(config: StudyConfig) -> list[DiagnoseConfig]:
    """Return what to ask of a study's data: all rows, as each backbone reads them, and the fewest."""
    with naming_fields():
        first = about_its_data(config)
    asked = [first.model_copy(update={"backbone": one}) for one in config.backbones]
    fewest = first.data.model_copy(update={"train_rows": config.sizes[0]})
    return list(dict.fromkeys([*asked, first.model_copy(update={"data": fewest})]))


def parted(files: Sequence[str]) -> dict[str, Path]:
    """Read ``PART=PATH`` words."""
    found: dict[str, Path] = {}
    for word in files:
        part, sign, path = word.partition("=")
        if not sign or part not in set(Split) or not path:
            raise ConfigError("files", word, f"PART=PATH with a part of {', '.join(Split)}")
        found[part] = Path(path).absolute()
    return found


def follow(study: Study) -> StudyProgress:
    """Show how many runs have ended until all have.

    Ctrl-C asks all of them to stop, a second time leaves them alone.
    """
    book, seen = Studies(open_store()), -1
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(study.name, total=len(study.runs), told="")

        def look() -> StudyProgress | None:
            nonlocal seen
            now = book.progress(LOCAL, study.jobs)
            if not now.state.live:
                return now
            ended = now.total - len(now.running) - len(now.waiting)
            bar.update(task, completed=ended, told=now.summary())
            if ended != seen and not console.is_terminal:
                console.print(f"{study.name}: {now.summary()}", markup=False, highlight=False)
            seen = ended
            return None

        return watch(look, lambda: book.stop(LOCAL, study.id), every=POLL_SECONDS)


def compared(study: Study, standing: StudyProgress) -> tuple[Comparison, list[Run]]:
    """Return how the cells of a study that has ended compare, and the runs that failed."""
    failed = Studies(open_store()).failed(study)
    if standing.stopped:
        raise TrainingError(
            f"Study {study.name} was stopped and keeps what there is: the same command goes on from there."
        )
    asked = study.comparison(standing.done)
    if asked is None:
        reason = failed[0].job.reason if failed else "all of them were deleted."
        raise TrainingError(f"No run of {study.name} ended well: {reason}")
    return result(submit(asked, f"{study.name}: comparison"), Comparison), failed


def report(study: Study, found: Comparison, failed: Sequence[Run]) -> dict[str, Any]:
    """Return what ``study --json`` prints."""
    return {
        "study": study.id,
        "name": study.name,
        "baseline": found.baseline,
        "test_rows": found.test_rows,
        "cells": json.loads(found.frame().to_json(orient="records")),
        "sentences": found.sentences(),
        "failed": [{"run": run.name, "reason": run.job.reason} for run in failed],
    }


def show(study: Study, found: Comparison, failed: Sequence[Run], screen: Console) -> None:
    """Print the comparison as a table and in sentences."""
    numbers = ("runs", "accuracy", "macro-F1", "seconds", "parameters", f"beside {found.baseline}")
    title = f"{study.name}, {found.test_rows:,} test rows, 95 % intervals in brackets"
    rows = [_row(cell) for cell in sorted(found.cells, key=lambda cell: -cell.accuracy)]
    print_table(screen, ("cell", *numbers), rows, numbers=numbers, title=title)
    for said in found.sentences():
        print_line(said, screen)
    for run in failed:
        print_line(f"{run.name} failed: {run.job.reason}", screen)


def _row(cell: ArmScore) -> list[str]:
    from translearn_core.plots.style.labels import amount  # brings what draws, which no help need wait for

    apart = ""
    if cell.difference is not None:
        apart = f"{cell.difference.estimate:+.3f}\n{_span(cell.difference.interval)}"
    return [
        cell.name,
        str(cell.runs),
        f"{cell.accuracy:.3f}\n{_span(cell.accuracy_interval)}",
        f"{cell.macro_f1:.3f}",
        f"{cell.seconds:.1f}",
        amount(cell.trainable),
        apart,
    ]


def _span(interval: Interval) -> str:
    return f"[{interval.low:.3f}, {interval.high:.3f}]"


def _fitting(anatomies: Collection[BackboneInfo]) -> dict[str, Any]:
    """Return the settings that all these backbones can have where the usual ones are not for them."""
    usual = FeatureConfig()
    given: dict[str, Any] = {}
    if (limit := min(anatomy.features.token_limit for anatomy in anatomies)) != usual.token_limit:
        given["features.token_limit"] = limit
    if len(poolings := {anatomy.pooling for anatomy in anatomies}) == 1 and usual.pooling not in poolings:
        given["features.pooling"] = str(poolings.pop())
    return given
