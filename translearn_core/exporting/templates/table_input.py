"""Texts to predict: arguments, lines, or columns of a delimited file.

Shared by ``predict.py`` and ``predict_onnx.py``; needs only the standard library.
"""

import argparse
import codecs
import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is a prefix of it
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks and their encodings."""

csv.field_size_limit(2**31 - 1)

Cell = str | tuple[str, str]
"""A text or, for a model of pairs, two texts."""


class InputError(Exception):
    """Input that cannot be read; the message is one sentence with the fix."""


@dataclass
class Source:
    """Texts to classify, in order; for a table, also its header and rows."""

    texts: Sequence[Cell]
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    delimiter: str = ","

    @property
    def filled(self) -> list[Cell]:
        """Texts that are not blank, and pairs of such texts."""
        return [text for text in self.texts if is_filled(text)]

    def with_outputs(
        self, outputs: Iterable[Sequence[float]]
    ) -> Iterator[tuple[Cell, Sequence[float] | None]]:
        """Yield each text and its outputs, given those of `filled` in order; None for a blank text."""
        of_filled = iter(outputs)
        return ((text, next(of_filled) if is_filled(text) else None) for text in self.texts)


def is_filled(cell: Cell) -> bool:
    """Whether a text, or each text of a pair, is not blank."""
    return all(text.strip() for text in sides_of(cell))


def sides_of(cell: Cell) -> tuple[str, ...]:
    """Return a text alone, or both texts of a pair."""
    return (cell,) if isinstance(cell, str) else cell


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return the command-line parser."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("texts", nargs="*", help="texts to classify; none: lines of the standard input")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="file with a column of texts and a header")
    parser.add_argument("--column", metavar="NAME", help="the column's name")
    parser.add_argument("--pair-column", metavar="NAME", help="a model of pairs: that of the second texts")
    parser.add_argument(
        "--delimiter", help="a character, or one of " + ", ".join(DELIMITERS) + "; default: detected"
    )
    parser.add_argument("--encoding", help="such as utf-8, cp1252 or utf-16; default: detected")
    parser.add_argument(
        "--out", type=Path, metavar="FILE",
        help="write the table of --csv with its answers here, values as they are",
    )  # fmt: skip
    return parser


def read(arguments: argparse.Namespace, *, pairs: bool = False) -> Source:
    """Return the texts or pairs that `arguments` name; exit with code 2 if they cannot be read."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        if arguments.out and not arguments.csv:
            raise InputError("--out writes the table of --csv: give --csv FILE too.")
        if arguments.csv and arguments.texts:
            raise InputError("Texts and --csv were both given: give one of them.")
        column, second, reads = arguments.column, arguments.pair_column, "pairs" if pairs else "single texts"
        if bool(arguments.csv and pairs) is not bool(second):
            raise InputError(f"--pair-column goes with --csv and a model of pairs; this one reads {reads}.")
        if arguments.csv:
            return read_table(arguments.csv, column, arguments.delimiter, arguments.encoding, second)
        texts: list[str] = arguments.texts or lines_of_input(arguments.encoding)
        return Source(paired(texts, in_lines=not arguments.texts) if pairs else texts)
    except InputError as error:
        stop(str(error))


def paired(texts: list[str], *, in_lines: bool) -> list[Cell]:
    """Return pairs of texts that follow each other, or stand in a line with a tab between them."""
    if in_lines:
        return [(first, second) for first, _, second in (line.partition("\t") for line in texts)]
    if len(texts) % 2:
        raise InputError(f"This model reads pairs, and {len(texts)} texts were given: give them two by two.")
    return list(zip(texts[::2], texts[1::2], strict=True))


def stop(sentence: str) -> NoReturn:
    """Print a sentence to the error stream and exit with code 2."""
    print(sentence, file=sys.stderr)
    sys.exit(2)


def lines_of_input(encoding: str | None) -> list[str]:
    """Return the lines of the standard input, including blank ones."""
    if not isinstance(sys.stdin, io.TextIOWrapper):
        return sys.stdin.read().splitlines()
    text = decoded(sys.stdin.buffer.read(), encoding, "The standard input")
    return [line.rstrip("\r\n") for line in io.StringIO(text)]


def decoded(data: bytes, encoding: str | None, name: str) -> str:
    """Decode `data`: in `encoding`, that of its byte order mark, UTF-8, or else Windows-1252."""
    marked = next((codec for mark, codec in MARKS.items() if data.startswith(mark)), None)
    codec = encoding or marked or "utf-8"
    try:
        text = data.decode(codec)
    except LookupError:
        raise InputError(f"--encoding is {encoding!r}: give one such as utf-8, cp1252 or utf-16.") from None
    except UnicodeError:
        if encoding or marked:
            raise InputError(
                f"{name} cannot be read as {codec}: give --encoding, or save it as UTF-8."
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


def read_table(
    path: Path,
    column: str | None,
    delimiter: str | None,
    encoding: str | None,
    pair_column: str | None = None,
) -> Source:
    """Return the texts in a column of a delimited file, or the pairs in two columns, in order."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read ({error.strerror}): check --csv.") from None
    text, named = excel_separator(decoded(data, encoding, repr(str(path))))
    if not text.strip():
        raise InputError(f"{str(path)!r} is empty: it needs a header and a row for each text.")
    chosen = separator(delimiter) or named
    tables = {mark: records(text, mark) for mark in ([chosen] if chosen else DELIMITERS.values())}
    best = max(tables, key=lambda mark: (column in header_of(tables[mark]), fit(tables[mark])))
    header, *rows = tables[best]
    names = header_of(tables[best])
    options = [("--column", column), *([("--pair-column", pair_column)] if pair_column else ())]
    for option, name in options:
        if name not in names:
            raise InputError(f"{option} is {name!r}: give one of {', '.join(map(repr, names))}.")
    positions, width = [names.index(name or "") for _, name in options], len(header)
    for number, row in enumerate(rows, 1):
        if row and (len(row) < width or any(row[width:])):
            raise InputError(
                f"Row {number} of {str(path)!r} has {len(row)} fields where the header has {width}: put "
                "quotes around texts that hold the delimiter, or give --delimiter."
            )
    rows = [row[:width] or [""] * width for row in rows]
    sides = [[row[position] for row in rows] for position in positions]
    texts: Sequence[Cell] = sides[0] if len(sides) == 1 else list(zip(*sides, strict=True))
    return Source(texts, header, rows, best)


def separator(word: str | None) -> str | None:
    """Return the character that --delimiter names."""
    character = None if word is None else "\t" if word == "\\t" else DELIMITERS.get(word, word)
    if character is not None and (len(character) != 1 or character in '"\r\n'):
        raise InputError(f"--delimiter is {word!r}: give one character, or {', '.join(DELIMITERS)}.")
    return character


def excel_separator(text: str) -> tuple[str, str | None]:
    """Return the text without Excel's first line ``sep=;``, and the separator it names."""
    first, _, rest = text.partition("\n")
    word = first.strip('\r" ')
    return (rest, word[4:]) if word[:4].lower() == "sep=" and len(word) == 5 else (text, None)


def records(text: str, delimiter: str) -> list[list[str]]:
    """Return header and rows of a text, with the quoting that makes most rows as wide as the header.

    Quotes inside quoted fields are doubled, else escaped by backslashes, else literal. Blank lines become
    rows without fields; those at the start and end are dropped.
    """
    dialects: list[dict[str, Any]] = [{"strict": True}, {"quoting": csv.QUOTE_NONE}]
    if '\\"' in text:
        dialects.insert(1, {"strict": True, "doublequote": False, "escapechar": "\\"})
    tables = []
    for dialect in dialects:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **dialect))
        except csv.Error:
            continue
        while not rows[0]:
            del rows[0]
        while not rows[-1]:
            del rows[-1]
        tables.append(rows)
    return max(tables, key=fit)


def header_of(rows: list[list[str]]) -> list[str]:
    """Return the column names."""
    return [name.strip() for name in rows[0]]


def fit(rows: list[list[str]]) -> tuple[bool, float]:
    """Return whether there are several columns, and the share of rows as wide as the header."""
    width = len(rows[0])
    return width > 1, sum(len(row) in (0, width) for row in rows) / len(rows)
