"""Encoding detection and decoding; files that are no text are refused.

Order of precedence: the given encoding; a byte-order mark; UTF-16 without one; escape sequences of ISO-2022;
valid UTF-8; UTF-8 with at least as many valid characters as broken ones, which no other encoding yields by
chance; the likeliest code page. Detection uses a bounded sample. Bytes that the encoding lacks become U+FFFD.
"""

import codecs
import re
from dataclasses import dataclass, replace

import numpy as np

from translearn_core.data.files.code_pages import (
    BOMS,
    CODECS,
    NO_TEXT_CODECS,
    WORD,
    Candidate,
    candidates,
    count_non_ascii,
    difference,
    doubtful_words,
)
from translearn_core.data.files.file_kinds import refuse_other_kinds
from translearn_core.errors import DataError
from translearn_core.results.format import quote

BEGINNING = 1 << 18
"""Bytes at the beginning that are searched for UTF-16 and binary data."""
SAMPLE = 1 << 14
"""Bytes of the sample by which the code page is detected."""
WINDOWS = 32
"""Parts of a large file from which the sample is taken."""
NOISE = 0.002
"""Score difference that is never significant."""
MOST_LINES, MOST_WORDS, MOST_ALTERNATIVES = 50, 8, 4
FEW_LETTERS = 5
"""Distinct letters below which any code page but the most common is a guess."""
CLOSE = 0.15
"""Relative score deficit, per share of letters read differently, within which an alternative is likely."""

ABOVE_ASCII = re.compile(rb"[\x80-\xff]")
WHOLE_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
SAFE_CUT = re.compile(rb"[\x00-\x2f]")
"""Bytes that are never part of a multi-byte character: a sample may be cut there."""
LINE_END = re.compile(r"\r\n|[\r\n]")


@dataclass(frozen=True)
class Decoded:
    """Decoded text, its encoding, and doubts about it.

    Attributes
    ----------
    text : str
        The characters, without byte-order mark and end-of-file mark (Ctrl-Z).
    encoding : str
        Display name of the encoding.
    codec : str
        Python's name; given to `decode` as `encoding` it yields the same text.
    replaced : int
        Number of characters that became U+FFFD.
    replaced_lines : tuple of int
        The first of their physical lines, 1-based, at most 50.
    doubtful : tuple of str
        Implausible words, and words that other likely encodings read differently, at most 8.
    alternatives : tuple of str
        Other likely codecs that yield another text, best first, at most 4.
    likelier : str or None
        Display name of the detected encoding, if the given one is unlikely.
    bom : bool
        Whether the data begin with a byte-order mark.
    """

    text: str
    encoding: str
    codec: str
    replaced: int = 0
    replaced_lines: tuple[int, ...] = ()
    doubtful: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    likelier: str | None = None
    bom: bool = False


def decode(data: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Decode `data`.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Name of the file in messages, for instance "The test file".
    encoding : str, optional
        Any name that Python knows; default: detected.

    Raises
    ------
    DataError
        If the file is empty, of a kind that is no text, or holds NUL characters, or if `encoding` is unknown.
    """
    empty = f"{name} is empty: choose a CSV or TSV file with a header line and rows below it."
    if not data or data.isspace():
        raise DataError(empty)
    refuse_other_kinds(data, name)
    decoded = _detect(data, name) if encoding is None else _decode_as(data, name, text_codec(encoding))
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
    """Return Python's name of an encoding.

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


def _decode_as(data: bytes, name: str, codec: str) -> Decoded:
    """Decode with the given encoding, and record if another one is likelier."""
    decoded = _decode(data, codec)
    try:
        detected = _detect(data, name)
    except DataError:
        return decoded
    sample = _sample(data)
    text, other = sample.decode(codec, "replace"), sample.decode(detected.codec, "replace")
    if codec in detected.alternatives or text == other:
        return decoded
    words = dict.fromkeys((*decoded.doubtful, *doubtful_words(text, other)))
    return replace(decoded, doubtful=tuple(words)[:MOST_WORDS], likelier=detected.encoding)


def _detect(data: bytes, name: str) -> Decoded:
    for mark, codec, title in BOMS:
        if data.startswith(mark):
            return _decode(data, codec, title)
    if b"\0" in data[:BEGINNING] and (utf16_codec := _utf16_without_mark(data)):
        return _decode(data, utf16_codec, "UTF-16")
    if _looks_binary(data):
        raise DataError(
            f"{name} is a binary file, not text: save the table as CSV (UTF-8) and choose that file."
        )
    if b"\x1b" in data and (escaped := _iso2022(data)):
        return _decode(data, escaped)
    try:
        return _decode(data, "utf-8", errors="strict")
    except UnicodeDecodeError:
        pass
    sample = _sample(data)
    if _mostly_utf8(sample):
        others = candidates(WHOLE_UTF8.sub(b"?", sample))[:1]
        return _decode(data, "utf-8", alternatives=tuple(other.codec for other in others))
    best, *others = candidates(sample) or [Candidate("cp1252", 0.0, sample.decode("cp1252", "replace"))]
    letters = {letter for letter in best.text if not letter.isascii()}
    is_guess = len(letters) < FEW_LETTERS and best.codec != "cp1252"
    likely = [other for other in others if is_guess or _is_close(other, best)][:MOST_ALTERNATIVES]
    doubtful = doubtful_words(best.text, likely[0].text) if likely else doubtful_words(best.text)
    return _decode(data, best.codec, doubtful=doubtful, alternatives=tuple(other.codec for other in likely))


def _is_close(other: Candidate, best: Candidate) -> bool:
    return best.score - other.score <= CLOSE * best.score * difference(best.text, other.text) + NOISE


def _decode(
    data: bytes,
    codec: str,
    title: str | None = None,
    *,
    errors: str = "replace",
    doubtful: tuple[str, ...] = (),
    alternatives: tuple[str, ...] = (),
) -> Decoded:
    text = data.decode(codec, errors)
    replaced, lines, words = (0, (), ()) if errors == "strict" else _replacements(data, codec, text)
    doubtful = tuple(dict.fromkeys((*words, *doubtful)))[:MOST_WORDS]
    bom = text.startswith("\ufeff")
    text = text.removeprefix("\ufeff").rstrip("\x1a")
    title = title or CODECS.get(codec, codec.upper().replace("_", "-")).split(" (")[0]
    return Decoded(text, title, codec, replaced, lines, doubtful, alternatives, bom=bom)


def _replacements(data: bytes, codec: str, text: str) -> tuple[int, tuple[int, ...], tuple[str, ...]]:
    """Return the number, lines and words of replaced characters; U+FFFD in the file itself does not count."""
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
    """Return the UTF-16 codec under which nearly all characters are printable, if any."""
    for codec in ("utf-16-le", "utf-16-be"):
        text = data[: BEGINNING & ~1].decode(codec, "replace")
        unprintable = sum(not (c.isprintable() or c in "\t\r\n\x1a") for c in text) + text.count("�")
        separators = sum(c in " ,;\t|\r\n" for c in text)
        if separators and unprintable <= 0.01 * len(text):
            return codec
    return None


def _looks_binary(data: bytes) -> bool:
    sample = np.frombuffer(data[:BEGINNING], dtype=np.uint8)
    control = (sample < 32) & ~np.isin(sample, [9, 10, 11, 12, 13, 26, 27])
    return bool(control.mean() > 0.01 and control.sum() > 2)


def _iso2022(data: bytes) -> str | None:
    """Return the ISO-2022 codec that breaks hardly any character, if there is one."""
    beginning = data[:BEGINNING]
    for codec in ("iso2022_jp", "iso2022_jp_2004", "iso2022_kr"):
        text = beginning.decode(codec, "replace")
        beyond = count_non_ascii(text)
        if beyond and 20 * text.count("�") <= beyond:
            return codec
    return None


def _mostly_utf8(sample: bytes) -> bool:
    """Whether at least half of the non-ASCII characters are valid UTF-8: by chance at most 3 in 10 are."""
    text = sample.replace("�".encode(), "\ufffe".encode()).decode("utf-8", "replace")
    broken = text.count("�")
    whole = count_non_ascii(text) - broken
    return whole >= max(2, broken)


def _sample(data: bytes) -> bytes:
    """Return up to `SAMPLE` bytes around non-ASCII bytes from the whole file, cut between characters."""
    if len(data) <= SAMPLE:
        return data
    step, size = -(-len(data) // WINDOWS), SAMPLE // WINDOWS
    ends = [min(end, len(data)) for end in range(step, len(data) + step, step)]
    cursors = [0, *(_safe_cut(data, end) for end in ends[:-1])]
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
            cursors[part] = _safe_cut(data, hit.start() + size)
            windows[start] = data[start : cursors[part]]
            taken += len(windows[start])
    return b"\n".join(windows[start] for start in sorted(windows))


def _safe_cut(data: bytes, at: int) -> int:
    """Return the next position from `at` on that is between characters, or `at` if none is close."""
    match = SAFE_CUT.search(data, at, at + 400)
    return match.start() if match else at
