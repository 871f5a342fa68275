"""Other ways in which a file may be meant: encodings, delimiters, headers, each with its first rows."""

from collections.abc import Iterator

from translearn_core.config import ReadOptions
from translearn_core.data.files.decoding import CODECS
from translearn_core.data.files.dialect import DELIMITERS
from translearn_core.data.files.file_rows import TEXT_KINDS, FileRows, read_rows
from translearn_core.data.files.header_rows import SURE
from translearn_core.errors import DataError
from translearn_core.results import LikelyReading

PREVIEW_ROWS, PREVIEW_COLUMNS, PREVIEW_CHARS = 4, 6, 80
SAMPLE_BYTES, SAMPLE_LINES = 1 << 18, 60


def likely_readings(data: bytes, part: str, rows: FileRows, options: ReadOptions) -> list[LikelyReading]:
    """Return the likely readings of a file where one is in doubt, the present one first.

    Parameters
    ----------
    data : bytes
        The whole file.
    part : str
        The part of the data set that it is.
    rows : FileRows
        The file as it was read.
    options : ReadOptions
        What a person said; only what was left to detection is in doubt.

    Returns
    -------
    list of LikelyReading
        Empty where nothing is in doubt.
    """
    choices = list(_choices(rows, options))
    if not choices:
        return []
    head = _head(data) if rows.format.kind in TEXT_KINDS and rows.format.sheet is None else data
    found: list[LikelyReading] = []
    for title, chosen in [("As it is read now", options), *choices]:
        try:
            under = read_rows(head, "The file", max_rows=10_000, max_bytes=len(data) * 100, options=chosen)
        except DataError:
            continue
        names = tuple(_short(name) for name in under.names[:PREVIEW_COLUMNS])
        first = tuple(
            tuple(_short(cell) for cell in row[:PREVIEW_COLUMNS])
            for row in _telling(under, rows)[:PREVIEW_ROWS]
        )
        if (names, first) not in [(one.names, one.rows) for one in found]:
            found.append(LikelyReading(part, title, chosen, names, first))
    return found if len(found) > 1 else []


def _choices(rows: FileRows, options: ReadOptions) -> Iterator[tuple[str, ReadOptions]]:
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


def _telling(under: FileRows, rows: FileRows) -> list[list[str]]:
    """Return the rows to show: those with letters outside ASCII first, where an encoding is in doubt."""
    shown = under.rows[:SAMPLE_LINES]
    if rows.decoded is not None and rows.decoded.alternatives:
        shown = sorted(shown, key=lambda row: all(cell.isascii() for cell in row))
    return shown[:PREVIEW_ROWS]


def _head(data: bytes) -> bytes:
    """Return the first lines of a file, and the first of those further down that are not ASCII."""
    if b"\0" in data[:1000]:  # UTF-16: half a character must not be cut off
        return data[: SAMPLE_BYTES & ~3]
    lines = data[:SAMPLE_BYTES].splitlines(keepends=True)
    if len(data) > SAMPLE_BYTES and len(lines) > 1:
        lines.pop()
    first = lines[:SAMPLE_LINES]
    foreign = [line for line in lines[SAMPLE_LINES:] if not line.isascii()]
    return b"".join([*first, *foreign[:SAMPLE_LINES]])


def _short(cell: str) -> str:
    return cell if len(cell) <= PREVIEW_CHARS else cell[: PREVIEW_CHARS - 1] + "…"
