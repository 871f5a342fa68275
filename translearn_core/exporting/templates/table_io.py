"""Read texts from words, lines or a column of a delimited file, and print an answer for each.

Shared by ``predict.py`` and ``predict_onnx.py``; needs the standard library alone.
"""

import argparse
import codecs
import csv
import io
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is the beginning of this one
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What a file begins with if it says how it is encoded."""

csv.field_size_limit(2**31 - 1)


class InputError(Exception):
    """An input that cannot be read; the message says in one sentence what to change."""


@dataclass
class Source:
    """The texts to classify, in order; with a table, its header and rows too."""

    texts: list[str]
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    delimiter: str = ","

    @property
    def filled(self) -> list[str]:
        """The texts that hold words."""
        return [text for text in self.texts if text.strip()]


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of the words typed after the program's name."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    made.add_argument("texts", nargs="*", help="texts to classify; none: lines of the standard input")
    made.add_argument("--csv", type=Path, metavar="FILE", help="file with a column of texts and a header")
    made.add_argument("--column", metavar="NAME", help="the column's name")
    made.add_argument(
        "--delimiter", help="a character, or one of " + ", ".join(DELIMITERS) + "; default: detected"
    )
    made.add_argument("--encoding", help="such as utf-8, cp1252 or utf-16; default: detected")
    made.add_argument(
        "--out", type=Path, metavar="FILE",
        help="write the table of --csv with its answers here, values as they are",
    )  # fmt: skip
    return made


def read(asked: argparse.Namespace) -> Source:
    """Return the texts that were asked about; an input that cannot be read ends the program with code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        if asked.out and not asked.csv:
            raise InputError("--out writes the table of --csv: give --csv FILE too.")
        if asked.csv and asked.texts:
            raise InputError("Texts and --csv were both given: give one of them.")
        if asked.csv:
            return read_table(asked.csv, asked.column, asked.delimiter, asked.encoding)
        return Source(asked.texts or lines_of_input(asked.encoding))
    except InputError as error:
        stop(str(error))


def stop(sentence: str) -> NoReturn:
    """End the program with a sentence on the error stream and exit code 2."""
    print(sentence, file=sys.stderr)
    sys.exit(2)


def lines_of_input(encoding: str | None) -> list[str]:
    """Return the lines of the standard input, blank ones too."""
    if not isinstance(sys.stdin, io.TextIOWrapper):
        return sys.stdin.read().splitlines()
    text = decoded(sys.stdin.buffer.read(), encoding, "The standard input")
    return [line.rstrip("\r\n") for line in io.StringIO(text)]


def decoded(data: bytes, encoding: str | None, name: str) -> str:
    """Return `data` as text: in the encoding given, that of its mark, UTF-8, or else Windows-1252."""
    marked = next((known for mark, known in MARKS.items() if data.startswith(mark)), None)
    known = encoding or marked or "utf-8"
    try:
        text = data.decode(known)
    except LookupError:
        raise InputError(f"--encoding is {encoding!r}: give one such as utf-8, cp1252 or utf-16.") from None
    except UnicodeError:
        if encoding or marked:
            raise InputError(
                f"{name} cannot be read as {known}: give --encoding, or save it as UTF-8."
            ) from None
        try:
            text = data.decode("cp1252")
        except UnicodeError:
            raise InputError(
                f"{name} is neither UTF-8 nor Windows-1252: give --encoding, or save it as UTF-8."
            ) from None
        print(
            f"{name} is not UTF-8 and was read as Windows-1252: give --encoding if letters look wrong.",
            file=sys.stderr,
        )
    if "\0" in text:
        raise InputError(
            f"{name} holds zero bytes: it is no text, or UTF-16 without a mark (--encoding utf-16-le)."
        )
    return text.removeprefix("\ufeff")


def read_table(path: Path, column: str | None, delimiter: str | None, encoding: str | None) -> Source:
    """Return a column of a delimited file, its rows in order."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read ({error.strerror}): check --csv.") from None
    text, named = excel_separator(decoded(data, encoding, repr(str(path))))
    if not text.strip():
        raise InputError(f"{str(path)!r} is empty: it needs a header and a row for each text.")
    chosen = separator(delimiter) or named
    tried = {one: records(text, one) for one in ([chosen] if chosen else DELIMITERS.values())}
    best = max(tried, key=lambda one: (column in header_of(tried[one]), fit(tried[one])))
    header, *rows = tried[best]
    names = header_of(tried[best])
    if column not in names:
        raise InputError(f"--column is {column!r}: give one of {', '.join(map(repr, names))}.")
    place, width = names.index(column), len(header)
    for number, row in enumerate(rows, 1):
        if row and (len(row) < width or any(row[width:])):
            raise InputError(
                f"Row {number} of {str(path)!r} has {len(row)} fields where the header has {width}: put "
                "quotes around texts that hold the delimiter, or give --delimiter."
            )
    rows = [row[:width] or [""] * width for row in rows]
    return Source([row[place] for row in rows], header, rows, best)


def separator(word: str | None) -> str | None:
    """Return the character that --delimiter stands for."""
    found = None if word is None else "\t" if word == "\\t" else DELIMITERS.get(word, word)
    if found is not None and (len(found) != 1 or found in '"\r\n'):
        raise InputError(f"--delimiter is {word!r}: give one character, or {', '.join(DELIMITERS)}.")
    return found


def excel_separator(text: str) -> tuple[str, str | None]:
    """Return the text without the line ``sep=;`` that Excel writes, and the separator it names."""
    first, _, rest = text.partition("\n")
    word = first.strip('\r" ')
    return (rest, word[4:]) if word[:4].lower() == "sep=" and len(word) == 5 else (text, None)


def records(text: str, delimiter: str) -> list[list[str]]:
    """Return the header and the rows of a text, read so that most rows are as wide as the header.

    Quotes inside quoted fields are doubled, or else escaped by backslashes, or else plain characters. Blank
    lines are rows without fields; those at the end are left out.
    """
    ways: list[dict[str, Any]] = [{"strict": True}, {"quoting": csv.QUOTE_NONE}]
    if '\\"' in text:
        ways.insert(1, {"strict": True, "doublequote": False, "escapechar": "\\"})
    found = []
    for way in ways:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **way))
        except csv.Error:
            continue
        while not rows[0]:
            del rows[0]
        while not rows[-1]:
            del rows[-1]
        found.append(rows)
    return max(found, key=fit)


def header_of(rows: list[list[str]]) -> list[str]:
    """Return the names of the columns."""
    return [name.strip() for name in rows[0]]


def fit(rows: list[list[str]]) -> tuple[bool, float]:
    """Return whether there are several columns, and the share of rows that are as wide as the header."""
    width = len(rows[0])
    return width > 1, sum(len(row) in (0, width) for row in rows) / len(rows)


def write(
    source: Source, labels: Sequence[str], answers: Sequence[Sequence[float]], out: Path | None
) -> None:
    """Print an answer for each text, in order, or write the table with two more columns.

    `answers` are the probabilities of the texts that hold words; the others get none.
    """
    pending = iter(answers)
    lines = ((text, next(pending) if text.strip() else None) for text in source.texts)
    try:
        if out is None:
            for text, shares in lines:
                print(json.dumps(answer(text, shares, labels), ensure_ascii=False))
            sys.stdout.flush()
        else:
            write_table(source, labels, [shares for _, shares in lines], out)
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def answer(text: str, shares: Sequence[float] | None, labels: Sequence[str]) -> dict[str, object]:
    """Return what is printed for a text."""
    if shares is None:
        return {"text": text, "label": None, "probabilities": {}}
    return {
        "text": text,
        "label": best(shares, labels),
        "probabilities": dict(zip(labels, shares, strict=True)),
    }


def best(shares: Sequence[float], labels: Sequence[str]) -> str:
    """Return the label with the highest probability."""
    return labels[max(range(len(labels)), key=lambda k: shares[k])]


def write_table(
    source: Source, labels: Sequence[str], answers: Sequence[Sequence[float] | None], out: Path
) -> None:
    """Write the rows of a table in its order, in UTF-8, with the answers as two more columns."""
    names = [free_name(name, source.header) for name in ("predicted", "probability")]
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=source.delimiter)
            writer.writerow([*source.header, *names])
            for row, shares in zip(source.rows, answers, strict=True):
                given = ["", ""] if shares is None else [best(shares, labels), f"{max(shares):.6f}"]
                writer.writerow([*row, *given])
    except OSError as error:
        stop(f"{str(out)!r} cannot be written ({error.strerror}): choose another --out.")


def free_name(name: str, header: Sequence[str]) -> str:
    """Return `name`, or a numbered one where a column has it already; capitals make no difference."""
    taken = {other.strip().casefold() for other in header}
    numbered = (f"{name} {k}" for k in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)
