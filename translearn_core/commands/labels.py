"""``translearn labels``: list labels that may be wrong, and write a corrected table."""

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

from translearn_core.commands.data_check import check_data, column_name, read_data
from translearn_core.commands.terminal.client import add_dataset, as_engine_finds, result, submit
from translearn_core.commands.terminal.errors import naming_fields, valid
from translearn_core.commands.terminal.options import (
    AsJson,
    Backbone,
    LabelColumn,
    Raw,
    ReadingOptions,
    TextColumn,
    TrainingFile,
    read_options,
)
from translearn_core.commands.terminal.output import check_output, print_line, print_result
from translearn_core.commands.terminal.tables import print_table
from translearn_core.config import BUNDLED, BackboneConfig, DataConfig, SplitConfig, TargetConfig
from translearn_core.config.table_edits import CellEdit, Edit, RowDrop, ValueRename
from translearn_core.config.text_cells import TEXT, TEXT_PAIR
from translearn_core.data import prepare
from translearn_core.data.columns import file_columns
from translearn_core.data.files.write_table import write_table
from translearn_core.data.label_file import label_edits, read_label_file
from translearn_core.data.table_edits import earlier_tables
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs import LabelReviewConfig
from translearn_core.results import LabelReview, TableProfile
from translearn_core.results.format import count_noun, quote
from translearn_core.runs import LOCAL, Dataset, open_store
from translearn_core.tasks.splits import SPLITS


def labels(
    file: TrainingFile,
    text: TextColumn,
    label: LabelColumn,
    reading: ReadingOptions,
    backbone: Backbone = BUNDLED,
    merge: Annotated[
        list[str] | None, typer.Option(help="OLD=NEW: rename or merge a class; may be repeated.")
    ] = None,
    edits: Annotated[
        Path | None,
        typer.Option(help="CSV with the columns row and label; a row without a label is left out."),
    ] = None,
    fill: Annotated[
        Path | None,
        typer.Option(
            help="CSV of next-rows with its labels filled in; they go into --label, a new column if need be."
        ),
    ] = None,
    unlabelled: Annotated[
        Path | None, typer.Option(help="File of texts without labels that next-rows chose from, too.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write the corrected table to: .csv, .tsv, .xlsx and more.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="Column of --out with each row's split, for 'train --split': kept if the table has it, else "
            "drawn; rows with a new label train."
        ),
    ] = None,
    split_seed: Annotated[int, typer.Option(help="Seed of a drawn split.")] = 0,
    most: Annotated[int, typer.Option(min=1, help="Rows to list.")] = 20,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """List rows and classes whose labels may be wrong; with corrections, write the table."""
    check_output(out)
    files = {"train": file} | ({"unlabelled": unlabelled} if unlabelled else {})
    dataset = add_dataset(files, read_options(reading))
    table = read_data(dataset)
    data = check_data(table)
    data.show(quiet=reading.quiet)
    _check_texts(text, table)
    if fill is not None:
        dataset = _filled(dataset, fill, label, column_name(text, table, "--text"))
        table = read_data(dataset)
    column = column_name(label, table, "--label")
    changes = [*_merges(merge or [], column), *(_row_edits(edits, column) if edits else [])]
    if changes:
        dataset = open_store().add_version(LOCAL, dataset.digest, changes)
        table = read_data(dataset)
    task = _task(dataset, column_name(text, table, "--text"), column, _split(split, split_seed, table))
    with naming_fields():
        config = valid(LabelReviewConfig, data=task, backbone=as_engine_finds(BackboneConfig(id=backbone)))
    review = result(submit(config, "looking for doubtful labels"), LabelReview)
    if out is not None:
        corrected = _corrected(config.data, split)
        write_table(corrected[file_columns(corrected)], out, raw=raw, form=table.formats[0])
    record = _record(review, most) | {"edits": len(changes), "out": None if out is None else str(out)}
    print_result(record | {"findings": data.records()}, show, as_json=as_json)


def _task(dataset: Dataset, text: str, label: str, split: SplitConfig) -> DataConfig:
    """Return the task of one class per text."""
    return DataConfig(dataset=dataset.digest, text=text, targets=(TargetConfig(column=label),), split=split)


def _split(column: str | None, seed: int, table: TableProfile) -> SplitConfig:
    """Return the split of a column that the table has, or one that is drawn."""
    known = column if column in {one.name for one in table.columns} else None
    return SplitConfig(column=known, seed=seed)


def _corrected(data: DataConfig, split: str | None) -> pd.DataFrame:
    """Return the table with its edits and, if `split` names a column, the split of each row in it."""
    workspace = open_store().workspace
    table, edits = workspace.edited_table(data.dataset), workspace.edits(data.dataset)
    if split is None:
        return table
    original = workspace.original_table(data.dataset)
    prepared = prepare(table, data, earlier=() if edits is None else earlier_tables(original, edits))
    words = pd.Series(None, index=table.index, dtype=object)
    words.iloc[prepared.table_index] = [str(SPLITS[number]) for number in prepared.split]
    return table.assign(**{split: words})


def _check_texts(text: str, table: TableProfile) -> None:
    """Raise `DataError` for a column of words."""
    if table.suggestion.sentence is not None and column_name(text, table, "--text") == table.suggestion.text:
        raise DataError(
            f"{quote(text)} holds a word per row, and labels of words are looked at in their sentences: the "
            "page Results lists those that a trained model predicts otherwise."
        )


def _filled(dataset: Dataset, path: Path, label: str, text: str) -> Dataset:
    """Return the version of the data set with the labels of a file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be read ({error.strerror}): check --fill.") from None
    labels = read_label_file(content, path.name)
    store = open_store()
    edits = label_edits(store.workspace.edited_table(dataset.digest), labels, label, text)
    return store.add_version(LOCAL, dataset.digest, edits)


def _merges(words: list[str], column: str) -> list[Edit]:
    edits: list[Edit] = []
    for word in words:
        old, sign, new = word.partition("=")
        if not sign or not old.strip() or not new.strip():
            raise ConfigError("--merge", word, "OLD=NEW, two names of classes")
        edits.append(ValueRename(column=column, value=old.strip(), replacement=new.strip()))
    return edits


def _row_edits(path: Path, column: str) -> list[Edit]:
    """Read the edits of rows from a CSV with the columns row and label."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{str(path)!r} cannot be read as a CSV in UTF-8 ({error}): check --edits.") from None
    edits: list[Edit] = []
    for number, row in enumerate(rows, 1):
        if (word := (row.get("row") or "").strip()) and word.isdecimal() and "label" in row:
            value = (row["label"] or "").strip()
            edits.append(
                CellEdit(row=int(word), column=column, value=value) if value else RowDrop(row=int(word))
            )
        else:
            raise DataError(
                f"Line {number} of {path.name!r} names no row: give it the columns row, a number, and label."
            )
    return edits


def _record(review: LabelReview, most: int) -> dict[str, Any]:
    frame = review.frame()
    texts = [name for name in (TEXT, TEXT_PAIR) if name in frame]
    columns = ["row", "split", "label", "suggested", "probability", "reason", *texts]
    listed = frame[columns].head(most)
    return {
        "checked": review.n_checked,
        "counts": review.counts(),
        "classes": dict(review.classes.itertuples(index=False)),
        "merges": review.merges.to_dict("records"),
        "rows": json.loads(listed.to_json(orient="records")),
    }


def show(record: dict[str, Any], screen: Console) -> None:
    """Print classes that may be one, and the rows worth a look."""
    for pair in record["merges"]:
        print_line(
            f"{pair['value']} ({count_noun(pair['rows'], 'row')}) may be {pair['replacement']} "
            f"({count_noun(pair['rows of replacement'], 'row')}): --merge '{pair['value']}="
            f"{pair['replacement']}'",
            screen,
        )
    rows = [
        (
            f"{row['row']}", row["label"] or "", row["suggested"] or "",
            "" if row["probability"] is None else f"{row['probability']:.3f}", row["reason"],
            " | ".join(row[name] for name in (TEXT, TEXT_PAIR) if name in row)[:160],
        )
        for row in record["rows"]
    ]  # fmt: skip
    counts = ", ".join(f"{number:,} {reason}" for reason, number in record["counts"].items() if number)
    heads = ("row", "label", "suggested", "probability", "reason", "text")
    print_table(
        screen, heads, rows, numbers=("row", "probability"), title=f"Rows worth a look: {counts or 'none'}"
    )
    if record["out"]:
        print_line(f"The table with {count_noun(record['edits'], 'edit')} is in {record['out']}.", screen)
