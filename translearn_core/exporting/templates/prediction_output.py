"""Predictions as lines of JSON, or as new columns of a delimited file.

Shared by ``predict.py`` and ``predict_onnx.py``; needs only the standard library.
"""

import csv
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

Cell = str | tuple[str, str]
"""A text or, for a model of pairs, two texts."""


class Source(Protocol):
    """Texts and, for a table, its header and rows: ``Source`` of ``table_input.py``."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str

    def with_outputs(
        self, outputs: Iterable[Sequence[float]]
    ) -> Iterator[tuple[Cell, Sequence[float] | None]]:
        """Return each text with its outputs, None for blank texts."""


def write(
    source: Source,
    labels: Sequence[str],
    answers: Sequence[Sequence[float]],
    out: Path | None,
    thresholds: Sequence[float] | None = None,
    *,
    number: bool = False,
) -> None:
    """Print the prediction of each text, in order, or write the table with its predictions.

    `answers` are the outputs of the texts that are not blank: probabilities of the labels, or a `number`.
    Blank texts get no prediction. With `thresholds` a text gets all labels that reach theirs.
    """
    lines = source.with_outputs(answers)
    try:
        if out is None:
            for text, shares in lines:
                record = value(text, shares) if number else answer(text, shares, labels, thresholds)
                print(json.dumps(record, ensure_ascii=False))
            sys.stdout.flush()
        else:
            write_table(source, labels, [shares for _, shares in lines], out, thresholds, number=number)
    except BrokenPipeError:  # the reader closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def answer(
    cell: Cell,
    shares: Sequence[float] | None,
    labels: Sequence[str],
    thresholds: Sequence[float] | None = None,
) -> dict[str, object]:
    """Return the prediction of a text or pair as printed."""
    if shares is None:
        return named(cell) | {"label": None, "probabilities": {}}
    given: dict[str, object] = {"label": best(shares, labels)}
    if thresholds is not None:
        given = {"labels": reached(shares, labels, thresholds)}
    return named(cell) | given | {"probabilities": dict(zip(labels, shares, strict=True))}


def value(cell: Cell, outputs: Sequence[float] | None) -> dict[str, object]:
    """Return the predicted number of a text or pair as printed."""
    return named(cell) | {"predicted": None if outputs is None else outputs[0]}


def named(cell: Cell) -> dict[str, object]:
    """Return a text as printed, or both texts of a pair."""
    return {"text": cell} if isinstance(cell, str) else {"text": cell[0], "text_pair": cell[1]}


def best(shares: Sequence[float], labels: Sequence[str]) -> str:
    """Return the label with the highest probability."""
    return labels[max(range(len(labels)), key=lambda k: shares[k])]


def reached(shares: Sequence[float], labels: Sequence[str], thresholds: Sequence[float]) -> list[str]:
    """Return the labels whose probability reaches their threshold."""
    return [label for label, share, t in zip(labels, shares, thresholds, strict=True) if share >= t]


def predicted(
    shares: Sequence[float], labels: Sequence[str], thresholds: Sequence[float] | None
) -> list[str]:
    """Return label and probability; of several labels, that of the set if they are independent."""
    if thresholds is None:
        return [best(shares, labels), f"{max(shares):.6f}"]
    of_each = (p if p >= t else 1 - p for p, t in zip(shares, thresholds, strict=True))
    return ["; ".join(reached(shares, labels, thresholds)), f"{math.prod(of_each):.6f}"]


def write_table(
    source: Source,
    labels: Sequence[str],
    answers: Sequence[Sequence[float] | None],
    out: Path,
    thresholds: Sequence[float] | None = None,
    *,
    number: bool,
) -> None:
    """Write the rows of a table in order, in UTF-8, with label and probability, or number, as new columns."""
    added = ("predicted",) if number else ("predicted", "probability")
    names = [free_name(name, source.header) for name in added]
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=source.delimiter)
            writer.writerow([*source.header, *names])
            for row, shares in zip(source.rows, answers, strict=True):
                cells = [""] * len(names)
                if shares is not None:
                    cells = [f"{shares[0]:.9g}"] if number else predicted(shares, labels, thresholds)
                writer.writerow([*row, *cells])
    except OSError as error:
        print(f"{str(out)!r} cannot be written ({error.strerror}): choose another --out.", file=sys.stderr)
        sys.exit(2)


def free_name(name: str, header: Sequence[str]) -> str:
    """Return `name`, numbered if a column already has it, ignoring case."""
    taken = {other.strip().casefold() for other in header}
    numbered = (f"{name} {k}" for k in range(2, len(taken) + 3))
    return next(candidate for candidate in (name, *numbered) if candidate not in taken)
