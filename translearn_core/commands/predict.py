"""``translearn predict``: classify the rows of a file with a finished run."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.data_check import check_data, column_name, read_data
from translearn_core.commands.terminal.client import add_dataset, find_training, result, submit, target_runs
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import (
    TABLE_KINDS,
    AsJson,
    FinishedRun,
    Raw,
    ReadingOptions,
    read_options,
)
from translearn_core.commands.terminal.output import check_writable, print_line, print_result
from translearn_core.config import DataConfig, ExperimentConfig
from translearn_core.data.files.formats.conll import conll_bytes
from translearn_core.data.files.write_table import output_kind, write_table
from translearn_core.errors import DataError
from translearn_core.jobs import PredictFileConfig
from translearn_core.jobs.spec import LABELS
from translearn_core.results import FileFormat, FilePrediction, TableProfile
from translearn_core.runs import Run


def predict(
    run: FinishedRun,
    file: Annotated[Path, typer.Argument(help=f"Table with the texts: {TABLE_KINDS}.")],
    out: Annotated[
        Path,
        typer.Option(
            help="File to write: .csv, .tsv, .xlsx, .parquet or .jsonl, .gz too; of words also .conll."
        ),
    ],
    reading: ReadingOptions,
    text: Annotated[
        str | None, typer.Option(help="Column that holds the texts; default: the run's own.")
    ] = None,
    text_pair: Annotated[
        str | None,
        typer.Option(help="Column of the second texts, for a run of pairs; default: the run's own."),
    ] = None,
    sentence: Annotated[
        str | None,
        typer.Option(help="Column that numbers the sentences, for a run of words; default: the run's own."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Likeliest classes to write for each row.")] = 1,
    review_precision: Annotated[
        float | None,
        typer.Option(help="Mark rows below the confidence at which this share, such as 0.95, is right."),
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Classify every row of a file with a finished run; the file comes back in its own form."""
    if not is_conll(out):
        output_kind(out)
    check_writable(out)
    finished = find_training(run)
    dataset = add_dataset({"train": file}, read_options(reading))
    table = read_data(dataset, texts_only=True)
    columns = text_columns(finished.job.config.data, table, text, text_pair, sentence)
    if is_conll(out):
        _check_conll(out, finished, words=columns.get("sentence") is not None)
    data = check_data(table)
    data.show(quiet=reading.quiet)
    config = valid(
        PredictFileConfig,
        job=finished.job.id,
        dataset=dataset.digest,
        top_labels=top,
        review_precision=review_precision,
        **columns,
    )
    if finished.job.config.data.several_targets:
        parts = _of_targets(finished, config)
        prediction = FilePrediction.joined(parts)
        outcome = _sizes(prediction) | {"targets": {column: _values(part) for column, part in parts.items()}}
    else:
        prediction = result(submit(config, "prediction"), FilePrediction)
        outcome = record_of(prediction)
    note = write(prediction, config, table.formats[0], file, out, raw=raw)
    record = {"run": finished.id, "out": str(out), "encoding_note": note, **outcome}
    print_result(record | {"findings": data.records()}, show, as_json=as_json)


def _check_conll(out: Path, run: Run[ExperimentConfig], *, words: bool) -> None:
    """Raise `DataError` if a run's predictions are no tag for every word."""
    if not words:
        raise DataError(
            f"{out.name} would be a CoNLL file, which holds words of sentences: end it with .csv."
        )
    if run.job.config.data.several_targets:
        raise DataError(
            f"{out.name} would be a CoNLL file, which holds one tag of a word, and this run predicts "
            "several: end it with .csv, or give the run of one target."
        )


def _of_targets(run: Run[ExperimentConfig], config: PredictFileConfig) -> dict[str, FilePrediction]:
    """Return the predictions of each target; likeliest classes and review are of those that are labels."""
    parts, plain = {}, {"top_labels": 1, "review_precision": None}
    targets = target_runs(run)
    any_labels = any(own.job.config.data.problem in LABELS for own in targets.values())
    for column, own in targets.items():
        labels = own.job.config.data.problem in LABELS or not any_labels
        update = {"job": own.job.id} | ({} if labels else plain)
        parts[column] = result(submit(config.model_copy(update=update), "prediction"), FilePrediction)
    return parts


def record_of(prediction: FilePrediction) -> dict[str, Any]:
    """Return the counts of predictions for the output as JSON."""
    return _sizes(prediction) | _values(prediction)


def _sizes(prediction: FilePrediction) -> dict[str, Any]:
    return {"rows": prediction.rows, "classified": prediction.classified, "blank": prediction.blank}


def _values(prediction: FilePrediction) -> dict[str, Any]:
    counts: dict[str, int] = dict(prediction.counts.itertuples(index=False))
    return {"counts": counts, "review": review_record(prediction)}


def is_conll(path: Path) -> bool:
    """Whether a file is to be written as CoNLL, by the ending of its name."""
    return path.suffix.lower() in (".conll", ".iob", ".bio")


def write(
    prediction: FilePrediction,
    config: PredictFileConfig,
    form: FileFormat,
    file: Path,
    out: Path,
    *,
    raw: bool,
) -> str:
    """Write the table, and return a sentence if the encoding of the file that came in cannot hold it."""
    if is_conll(out):
        assert config.sentence is not None
        own = [name for name in prediction.table if name not in prediction.added]
        words = prediction.table[[*own, prediction.added[0]]]
        out.write_bytes(conll_bytes(words, config.sentence, prediction.added[0]))
        return ""
    kind = output_kind(out)
    if out.suffix.lower() == file.suffix.lower() and form.kind.delimiter and kind.delimiter:
        kind = form.kind  # such as tabs in a file whose name ends with .csv
    write_table(prediction.table, out, kind, raw=raw, form=prediction.written_as(form, kind))
    return prediction.encoding_note(form) if kind.delimiter else ""


def text_columns(
    data: DataConfig, table: TableProfile, text: str | None, text_pair: str | None, sentence: str | None
) -> dict[str, str | None]:
    """Return the columns of the texts, second texts and sentences: those given, the run's own, or guesses."""
    guess, names = table.suggestion, [column.name for column in table.columns]
    own_text, own_sentence = data.text, data.sentence
    if own_sentence is not None and own_sentence not in names and guess.sentence is not None:
        own_sentence = guess.sentence
    if own_text not in names and data.sentence is not None and guess.sentence is not None:
        own_text = guess.text or own_text
    elif own_text not in names and len(names) == 1:
        own_text = names[0]
    given = {
        "text": (text or own_text, "--text"),
        "text_pair": (text_pair or data.text_pair, "--text-pair"),
        "sentence": (sentence or own_sentence, "--sentence"),
    }
    return {
        field: None if name is None else column_name(name, table, option)
        for field, (name, option) in given.items()
    }


def review_record(prediction: FilePrediction) -> dict[str, Any] | None:
    """Return the threshold and the number of rows to review as ``--json`` prints them; None without one."""
    if (review := prediction.review) is None:
        return None
    return {"rows": prediction.to_review, "summary": review.summary, **asdict(review)}


def show(record: dict[str, Any], screen: Console) -> None:
    """Print the number of classified rows and the output file."""
    sentence = f"{record['classified']:,} rows classified"
    if blank := record["blank"]:
        sentence = (
            f"{record['classified']:,} of {record['rows']:,} rows classified, {blank:,} without a text left "
            "empty"
        )
    print_line(f"{sentence}, written to {record['out']}", screen)
    if note := record["encoding_note"]:
        print_line(note, screen)
    for column, own in record.get("targets", {"": record}).items():
        if review := own["review"]:
            start = f"{column}: " if column else ""
            print_line(f"{start}{review['rows']:,} rows marked for review. {review['summary']}", screen)
