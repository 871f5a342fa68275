"""Alternative readings of a file by encoding, delimiter and header, each with a preview."""

from collections.abc import Iterator

from translearn_core.config import ReadOptions
from translearn_core.data.files.code_pages import CODECS
from translearn_core.data.files.dialect import DELIMITERS
from translearn_core.data.files.file_rows import TEXT_KINDS, FileRows, read_rows
from translearn_core.data.files.header_rows import SURE
from translearn_core.errors import DataError
from translearn_core.results import LikelyReading
from translearn_core.results.format import cut

PREVIEW_ROWS, PREVIEW_COLUMNS, PREVIEW_CHARS = 4, 6, 80
SAMPLE_BYTES, SAMPLE_LINES = 1 << 18, 60


def likely_readings(data: bytes, part: str, rows: FileRows, options: ReadOptions) -> list[LikelyReading]:
    """Return the likely readings of an ambiguous file, the current one first.

    Parameters
    ----------
    data : bytes
        The whole file.
    part : str
        Its part of the data set.
    rows : FileRows
        The current reading.
    options : ReadOptions
        What is given; only detected properties are in doubt.

    Returns
    -------
    list of LikelyReading
        Empty if nothing is in doubt.
    """
    variants = list(_variants(rows, options))
    if not variants:
        return []
    head = _head(data) if rows.format.kind in TEXT_KINDS and rows.format.sheet is None else data
    readings: list[LikelyReading] = []
    for title, variant in [("As it is read now", options), *variants]:
        try:
            parsed = read_rows(head, "The file", max_rows=10_000, max_bytes=len(data) * 100, options=variant)
        except DataError:
            continue
        names = tuple(cut(name, PREVIEW_CHARS) for name in parsed.names[:PREVIEW_COLUMNS])
        preview = tuple(
            tuple(cut(cell, PREVIEW_CHARS) for cell in row[:PREVIEW_COLUMNS])
            for row in _preview_rows(parsed, rows)
        )
        if (names, preview) not in [(reading.names, reading.rows) for reading in readings]:
            readings.append(LikelyReading(part, title, variant, names, preview))
    return readings if len(readings) > 1 else []


def _variants(rows: FileRows, options: ReadOptions) -> Iterator[tuple[str, ReadOptions]]:
    decoded, form = rows.decoded, rows.format
    if options.encoding is None and decoded is not None:
        for codec in decoded.alternatives:
            yield CODECS.get(codec, codec), options.but(encoding=codec)
    if options.delimiter is None:
        for delimiter in rows.others:
            word = DELIMITERS.get(delimiter, delimiter)
            yield (f"Split at every {word}" if delimiter else "One column"), options.but(delimiter=delimiter)
    if options.header is None and rows.evidence is not None and abs(rows.evidence) < SURE:
        title = "The first row is data" if form.header else "The first row names the columns"
        yield title, options.but(header=not form.header)


def _preview_rows(parsed: FileRows, rows: FileRows) -> list[list[str]]:
    """Return the rows of the preview: those with non-ASCII letters first, if the encoding is in doubt."""
    sample = parsed.rows[:SAMPLE_LINES]
    if rows.decoded is not None and rows.decoded.alternatives:
        sample = sorted(sample, key=lambda row: all(cell.isascii() for cell in row))
    return sample[:PREVIEW_ROWS]


def _head(data: bytes) -> bytes:
    """Return the first lines of a file and the first non-ASCII lines below them."""
    if b"\0" in data[:1000]:  # UTF-16: cut between characters
        return data[: SAMPLE_BYTES & ~3]
    lines = data[:SAMPLE_BYTES].splitlines(keepends=True)
    if len(data) > SAMPLE_BYTES and len(lines) > 1:
        lines.pop()
    foreign = [line for line in lines[SAMPLE_LINES:] if not line.isascii()]
    return b"".join([*lines[:SAMPLE_LINES], *foreign[:SAMPLE_LINES]])
