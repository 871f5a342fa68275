"""From a file's bytes to its characters: what is no text is refused, the encoding of what is gets detected.

Order of belief: what a person says; a byte-order mark; UTF-16 without one; escape sequences of ISO-2022;
valid UTF-8; UTF-8 with at least as many whole characters as broken ones, since nothing else looks like it by
chance; the likeliest code page. Detection looks at a bounded sample. A byte that the encoding lacks costs its
character.
"""

import codecs
import re
from dataclasses import dataclass, replace

import numpy as np

from translearn_core.data.files.code_pages import (
    CODECS,
    WORD,
    Candidate,
    beyond_ascii,
    candidates,
    difference,
    doubtful_words,
)
from translearn_core.data.files.file_kinds import refuse_other_kinds
from translearn_core.data.findings import quote
from translearn_core.errors import DataError

__all__ = ["CODECS", "Decoded", "decode"]

BEGINNING = 1 << 18
"""Bytes at the beginning that are searched for signs of UTF-16 and of binary files."""
SAMPLE = 1 << 14
"""Bytes by which code pages are told apart."""
WINDOWS = 32
"""Parts of a large file from which the sample is taken."""
NOISE = 0.002
"""Difference of scores that means nothing in any text."""
MOST_LINES = 50
MOST_WORDS = 8
MOST_ALTERNATIVES = 4
FEW_LETTERS = 5
"""Different letters below which any code page but the commonest is a guess."""
CLOSE = 0.15
"""How much lower than the best, for each letter it gives differently, a likely reading may score."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

NO_TEXT_CODECS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "charmap"}
"""Codecs of Python that decode to text and are no encoding of files."""

ABOVE_ASCII = re.compile(rb"[\x80-\xff]")
WHOLE_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
SAFE_CUT = re.compile(rb"[\x00-\x2f]")
"""Bytes that are no part of a longer character in any code page: a sample may be cut there."""
LINE_END = re.compile(r"\r\n|[\r\n]")


@dataclass(frozen=True)
class Decoded:
    """A file's characters, how they were read, and what is doubtful about it.

    Attributes
    ----------
    text : str
        The characters, without byte-order mark and end-of-file mark (Ctrl-Z).
    encoding : str
        The encoding's name for people.
    codec : str
        Python's name; given to `decode` as `encoding` it yields the same text.
    replaced : int
        Characters that could not be read and became U+FFFD.
    replaced_lines : tuple of int
        The first of their physical lines, counted from 1, at most 50.
    doubtful : tuple of str
        Words that look wrong or that other likely encodings read differently, at most 8.
    alternatives : tuple of str
        Codecs of other likely readings that give other letters, best first, at most 4.
    likelier : str or None
        Name of the encoding that is found in the bytes, where a person named another that is unlikely.
    """

    text: str
    encoding: str
    codec: str
    replaced: int = 0
    replaced_lines: tuple[int, ...] = ()
    doubtful: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    likelier: str | None = None


def decode(data: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Return the characters of `data`.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        How sentences call the file, for instance "The test file".
    encoding : str, optional
        The encoding if a person named it, in any spelling that Python knows; otherwise it is detected.

    Raises
    ------
    DataError
        If the file is empty, of a kind that is no text, or holds NUL characters, or if `encoding` is unknown.
    """
    empty = f"{name} is empty: choose a CSV or TSV file with a header line and rows below it."
    if not data or data.isspace():
        raise DataError(empty)
    refuse_other_kinds(data, name)
    decoded = _detected(data, name) if encoding is None else _chosen(data, name, text_codec(encoding))
    if (at := decoded.text.find("\0")) >= 0:
        line = decoded.text.count("\n", 0, at) + 1
        raise DataError(
            f"{name} has a NUL character in line {line:,}, which no text contains: export the table again as "
            "CSV in UTF-8, or remove that character."
        )
    if not decoded.text or decoded.text.isspace():
        raise DataError(empty)
    return decoded


def text_codec(encoding: str) -> str:
    """Return Python's name of an encoding a person named.

    Raises
    ------
    DataError
        If Python has no text encoding of that name.
    """
    try:
        codec = codecs.lookup(encoding.strip()).name
        b"a".decode(codec, "replace")
    except (LookupError, ValueError, UnicodeError):
        codec = ""
    if not codec or codec in NO_TEXT_CODECS:
        raise DataError(
            f"The encoding {quote(encoding)} is unknown: give one of {', '.join(CODECS)}, or another text "
            "encoding that Python knows."
        )
    return "utf-8" if codec == "utf-8-sig" else codec


def _chosen(data: bytes, name: str, codec: str) -> Decoded:
    """Read with the encoding that a person named, and note it if another one is likelier."""
    read = _read(data, codec)
    try:
        found = _detected(data, name)
    except DataError:
        return read
    sample = _sample(data)
    text, other = (sample.decode(one, "replace") for one in (codec, found.codec))
    if codec in found.alternatives or text == other:
        return read
    words = dict.fromkeys((*read.doubtful, *doubtful_words(text, other)))
    return replace(read, doubtful=tuple(words)[:MOST_WORDS], likelier=found.encoding)


def _detected(data: bytes, name: str) -> Decoded:
    for mark, codec, title in BOMS:
        if data.startswith(mark):
            return _read(data, codec, title)
    if b"\0" in data[:BEGINNING] and (order := _utf16_without_mark(data)):
        return _read(data, order, "UTF-16")
    if _looks_binary(data):
        raise DataError(
            f"{name} is a binary file, not text: save the table as CSV (UTF-8) and choose that file."
        )
    if b"\x1b" in data and (escaped := _iso2022(data)):
        return _read(data, escaped)
    try:
        return _read(data, "utf-8", errors="strict")
    except UnicodeDecodeError:
        pass
    sample = _sample(data)
    if _mostly_utf8(sample):
        others = candidates(WHOLE_UTF8.sub(b"?", sample))[:1]
        return _read(data, "utf-8", alternatives=tuple(other.codec for other in others))
    best, *others = candidates(sample) or [Candidate("cp1252", 0.0, sample.decode("cp1252", "replace"))]
    letters = {letter for letter in best.text if not letter.isascii()}
    few = len(letters) < FEW_LETTERS and best.codec != "cp1252"
    close = [other for other in others if few or _is_close(other, best)][:MOST_ALTERNATIVES]
    doubtful = doubtful_words(best.text, close[0].text) if close else doubtful_words(best.text)
    return _read(data, best.codec, doubtful=doubtful, alternatives=tuple(other.codec for other in close))


def _is_close(other: Candidate, best: Candidate) -> bool:
    return best.score - other.score <= CLOSE * best.score * difference(best.text, other.text) + NOISE


def _read(
    data: bytes,
    codec: str,
    title: str | None = None,
    *,
    errors: str = "replace",
    doubtful: tuple[str, ...] = (),
    alternatives: tuple[str, ...] = (),
) -> Decoded:
    text = data.decode(codec, errors)
    replaced, lines, words = (0, (), ()) if errors == "strict" else _replaced(data, codec, text)
    doubtful = tuple(dict.fromkeys((*words, *doubtful)))[:MOST_WORDS]
    text = text.removeprefix("\ufeff").rstrip("\x1a")
    title = title or CODECS.get(codec, codec.upper().replace("_", "-")).split(" (")[0]
    return Decoded(text, title, codec, replaced, lines, doubtful, alternatives)


def _replaced(data: bytes, codec: str, text: str) -> tuple[int, tuple[int, ...], tuple[str, ...]]:
    """Return how many characters were replaced, in which lines and words; a file may hold U+FFFD rightly."""
    if "�" not in text:
        return 0, (), ()
    try:
        own, other = "�".encode(codec), "\ufffe".encode(codec)
    except UnicodeEncodeError:
        own = other = b""
    if own and own in data:
        text = data.replace(own, other).decode(codec, "replace")
    lines: list[int] = []
    words: list[str] = []
    line, counted, at = 1, 0, text.find("�")
    while at >= 0 and len(lines) < MOST_LINES:
        line += _line_ends(text, counted, at)
        lines.append(line)
        words += [word for word in WORD.findall(text[max(0, at - 20) : at + 20]) if "�" in word]
        counted = at
        end = LINE_END.search(text, at)
        at = text.find("�", end.end()) if end else -1
    return text.count("�"), tuple(lines), tuple(words)


def _line_ends(text: str, start: int, end: int) -> int:
    returns = text.count("\r", start, end)
    return text.count("\n", start, end) + returns - (text.count("\r\n", start, end) if returns else 0)


def _utf16_without_mark(data: bytes) -> str | None:
    """Return the byte order under which nearly everything is printable, if there is one."""
    for codec in ("utf-16-le", "utf-16-be"):
        text = data[: BEGINNING & ~1].decode(codec, "replace")
        strange = sum(not (c.isprintable() or c in "\t\r\n\x1a") for c in text) + text.count("�")
        plain = sum(c in " ,;\t|\r\n" for c in text)
        if plain and strange <= 0.01 * len(text):
            return codec
    return None


def _looks_binary(data: bytes) -> bool:
    sample = np.frombuffer(data[:BEGINNING], dtype=np.uint8)
    control = (sample < 32) & ~np.isin(sample, [9, 10, 11, 12, 13, 26, 27])
    return bool(control.mean() > 0.01 and control.sum() > 2)


def _iso2022(data: bytes) -> str | None:
    """Return the encoding with escape sequences that reads hardly a character as broken, if there is one."""
    beginning = data[:BEGINNING]
    for codec in ("iso2022_jp", "iso2022_jp_2004", "iso2022_kr"):
        text = beginning.decode(codec, "replace")
        beyond = beyond_ascii(text)
        if beyond and 20 * text.count("�") <= beyond:
            return codec
    return None


def _mostly_utf8(sample: bytes) -> bool:
    """Whether half or more of what is beyond ASCII are whole UTF-8 characters: by chance at most 3 in 10."""
    text = sample.replace("�".encode(), "\ufffe".encode()).decode("utf-8", "replace")
    broken = text.count("�")
    whole = beyond_ascii(text) - broken
    return whole >= max(2, broken)


def _sample(data: bytes) -> bytes:
    """Return up to `SAMPLE` bytes around bytes above 127, from all over the file, cut between characters."""
    if len(data) <= SAMPLE:
        return data
    step, size = -(-len(data) // WINDOWS), SAMPLE // WINDOWS
    ends = [min(end, len(data)) for end in range(step, len(data) + step, step)]
    cursors = [0, *(_cut(data, end) for end in ends[:-1])]
    windows: dict[int, bytes] = {}
    taken, open_parts = 0, list(range(len(ends)))
    while open_parts and taken < SAMPLE:
        for part in list(open_parts):
            hit = ABOVE_ASCII.search(data, cursors[part], ends[part])
            if hit is None:
                open_parts.remove(part)
                continue
            start = max(
                data.rfind(b"\n", max(cursors[part], hit.start() - size // 2), hit.start()) + 1, cursors[part]
            )
            if start < hit.start() - size // 2:
                start = hit.start()
            cursors[part] = _cut(data, hit.start() + size)
            windows[start] = data[start : cursors[part]]
            taken += len(windows[start])
    return b"\n".join(windows[start] for start in sorted(windows))


def _cut(data: bytes, at: int) -> int:
    """Return the next position from `at` on where no character is cut, or `at` if there is none close by."""
    found = SAFE_CUT.search(data, at, at + 400)
    return found.start() if found else at
