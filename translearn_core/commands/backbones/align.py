"""``translearn align``: two tables of word vectors in one space."""

import csv
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from translearn_core.commands.terminal.client import as_engine_finds, result, submit
from translearn_core.commands.terminal.errors import valid
from translearn_core.commands.terminal.options import AsJson
from translearn_core.commands.terminal.output import print_line, print_result
from translearn_core.config import ADAPTED, AlignVectorsConfig, BackboneConfig
from translearn_core.errors import DataError
from translearn_core.results import VectorAlignment
from translearn_core.runs import Run


def align(
    first: Annotated[
        str, typer.Argument(help="Word vectors that stay as they are: a name, an id or a file.")
    ],
    second: Annotated[str, typer.Argument(help="Word vectors that are mapped into the space of the first.")],
    out: Annotated[str, typer.Option(help="Name of both together, which --backbone takes.")],
    pairs: Annotated[
        Path | None,
        typer.Option(help="CSV of two columns: words of the first and the second that mean the same."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Align word vectors of two domains or languages; saves both as one backbone."""
    sides = [as_engine_finds(valid(BackboneConfig, id=id)) for id in (first, second)]
    named = () if pairs is None else _pairs(pairs)
    run = submit(valid(AlignVectorsConfig, first=sides[0], second=sides[1], pairs=named), out)
    print_result(_report(run), _show, as_json=as_json)


def _pairs(path: Path) -> tuple[tuple[str, str], ...]:
    """Read pairs of words, one a row."""
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{str(path)!r} cannot be read ({error}): give a CSV of two columns in UTF-8."
        ) from None
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            raise DataError(f"Row {number} of {str(path)!r} has {len(row)} cells: give two words a row.")
    return tuple((a.strip(), b.strip()) for a, b in rows)


def _report(run: Run[AlignVectorsConfig]) -> dict[str, Any]:
    alignment = result(run, VectorAlignment)
    return {
        "run": run.id,
        "name": run.name,
        "backbone": f"{ADAPTED}{run.job.id}",
        **vars(alignment),
        "sentence": alignment.sentence,
    }


def _show(record: dict[str, Any], screen: Console) -> None:
    print_line(record["sentence"], screen)
    print_line(
        f"To train on them: translearn train FILE --text COLUMN --label COLUMN --backbone {record['name']}",
        screen,
    )
