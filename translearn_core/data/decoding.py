"""From a file's bytes to its characters: what is not text is named, what is gets its encoding found.

Order of belief: a byte-order mark; valid UTF-8 (nothing else looks like it by chance); UTF-16 without a mark;
GB18030 where the bytes read as common Chinese characters; Windows-1252 where accents stand alone between
plain letters; charset-normalizer for the rest: it is right on long texts and often wrong on short Latin ones.
"""

import codecs
import io
import re
import zipfile
from dataclasses import dataclass

import numpy as np
from charset_normalizer import from_bytes

from translearn_core.errors import DataError

SAMPLE = 1 << 18
"""Bytes that are looked at to tell encodings apart."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"{\\rtf", "an RTF document"),
)

COMMON_CHINESE = frozenset(
    "的一是了我不在人有他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没"
    "日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美"
)
"""The commonest characters: a good third of running Chinese, and hardly any of other text read as Chinese."""

WESTERN_SIGNS = frozenset("‘’“”„–—…•°€£§«»¿¡\xa0´·™®©½¼¾²³")
"""Signs above 127 that ordinary Western texts hold."""

OTHERS = [
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp1250",
    "big5",
    "cp949",
    "cp932",
    "euc_jp",
    "gb18030",
    "cp1252",
]
"""Encodings among which charset-normalizer is asked to choose."""


@dataclass(frozen=True)
class Decoded:
    """A file's characters, the encoding's name for people, and how many broken characters were replaced."""

    text: str
    encoding: str
    codec: str = "utf-8"
    replaced: int = 0
    replaced_lines: tuple[int, ...] = ()
    doubtful: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


CODECS: dict[str, str] = {"utf-8": "UTF-8"}


def decode(data: bytes, name: str, encoding: str | None = None) -> Decoded:
    """Return the characters of `data`.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        How sentences call the file, for instance "The test file".

    Raises
    ------
    DataError
        If the file is empty, of a kind that is no text, or holds NUL characters.
    """
    if not data.strip():
        raise DataError(f"{name} is empty: choose a CSV or TSV file with a header line and rows below it.")
    _refuse_other_kinds(data, name)
    decoded = _decoded(data, name)
    if (at := decoded.text.find("\0")) >= 0:
        line = decoded.text.count("\n", 0, at) + 1
        raise DataError(
            f"{name} has a NUL character in line {line:,}, which no text contains: "
            "export the table again as CSV in UTF-8, or remove that character."
        )
    if not decoded.text.strip():
        raise DataError(f"{name} is empty: choose a CSV or TSV file with a header line and rows below it.")
    return decoded


def _refuse_other_kinds(data: bytes, name: str) -> None:
    kind: str | None = next((kind for start, kind in SIGNATURES if data.startswith(start)), None)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind = _kind_of_archive(data)
    if kind:
        raise DataError(
            f"{name} is {kind}, not a CSV: open it in its own program and save the table as CSV (UTF-8)."
        )
    start = data.removeprefix(codecs.BOM_UTF8)[:2000].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise DataError(
            f"{name} is a web page, not a CSV: use the site's download or raw link to get the table itself."
        )


def _kind_of_archive(data: bytes) -> str:
    try:
        inside = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "a damaged ZIP archive"
    if any(entry.startswith("xl/") for entry in inside):
        return "an Excel workbook"
    if any(entry.startswith("word/") for entry in inside):
        return "a Word document"
    if "content.xml" in inside:
        return "an OpenDocument file"
    return "a ZIP archive"


def _decoded(data: bytes, name: str) -> Decoded:
    for mark, codec, title in BOMS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], codec, title)
    if b"\0" in data[:SAMPLE] and (order := _utf16_without_mark(data)):
        return _lenient(data, order, "UTF-16")
    if _looks_binary(data):
        raise DataError(
            f"{name} is a binary file, not text: save the table as CSV (UTF-8) and choose that file."
        )
    try:
        return Decoded(data.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        pass
    mended = _lenient(data, "utf-8", "UTF-8")
    foreign = len(mended.text) - len(mended.text.encode("ascii", "ignore"))
    if foreign - mended.replaced >= 10 * mended.replaced:
        return mended
    return _eight_bit(data, name)


def _lenient(data: bytes, codec: str, title: str) -> Decoded:
    text = data.decode(codec, "replace")
    own = 0
    if "�" in text:  # a file may hold this very character rightly: count only what is new
        own = data.count("�".encode(codec, "ignore")) if codec.startswith("utf") else 0
    return Decoded(text, title, codec, text.count("�") - own)


def _utf16_without_mark(data: bytes) -> str | None:
    """Return the byte order under which nearly everything is printable, if there is one."""
    for codec in ("utf-16-le", "utf-16-be"):
        text = data[: SAMPLE & ~1].decode(codec, "replace")
        strange = sum(not (c.isprintable() or c in "\t\r\n") for c in text) + text.count("�")
        plain = sum(c in " ,;\t|\r\n" for c in text)
        if plain and strange <= 0.01 * len(text):
            return codec
    return None


def _looks_binary(data: bytes) -> bool:
    sample = np.frombuffer(data[:SAMPLE], dtype=np.uint8)
    control = (sample < 32) & ~np.isin(sample, [9, 10, 12, 13, 27])
    return bool(control.mean() > 0.01 and control.sum() > 2)


def _eight_bit(data: bytes, name: str) -> Decoded:
    sample = _accented_lines(data)
    if _reads_as_chinese(sample):
        return _lenient(data, "gb18030", "GB18030")
    if _reads_as_western(sample) and (western := _lenient(data, "cp1252", "Windows-1252")).replaced <= 5:
        return western
    best = from_bytes(sample, cp_isolation=OTHERS).best()
    if best is None:
        best = from_bytes(sample).best()
    if best is None:
        raise DataError(
            f"The encoding of {name[0].lower()}{name[1:]} was not recognised: save it as CSV in UTF-8."
        )
    title = {"cp1252": "Windows-1252", "gb18030": "GB18030"}.get(
        best.encoding, best.encoding.replace("_", "-").upper()
    )
    return _lenient(data, best.encoding, title)


def _accented_lines(data: bytes) -> bytes:
    """Return whole lines that hold bytes above 127, up to `SAMPLE` bytes of them."""
    kept, size = [], 0
    for match in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*\n?", data):
        kept.append(match.group())
        size += len(match.group())
        if size > SAMPLE:
            break
    return b"".join(kept)


def _reads_as_chinese(sample: bytes) -> bool:
    """Whether most characters are of GB 2312's level 1, which accented Latin letters hardly hit."""
    try:
        text = sample.decode("gb18030")
    except UnicodeDecodeError:
        return False
    foreign = [c for c in text if ord(c) > 127]
    leads = np.frombuffer("".join(foreign).encode("gb2312", "ignore")[::2], dtype=np.uint8)
    common = ((leads >= 0xB0) & (leads <= 0xD7)) | ((leads >= 0xA1) & (leads <= 0xA3))
    if common.sum() < 0.5 * len(foreign):
        return False
    frequent = sum(c in COMMON_CHINESE for c in foreign)
    return len(foreign) < 200 or frequent >= 0.08 * len(foreign)


def _reads_as_western(sample: bytes) -> bool:
    """Whether the bytes are Windows-1252: accented letters among plain ones, and the usual signs."""
    text = sample.decode("cp1252", "replace")
    foreign = [c for c in text if ord(c) > 127]
    usual = sum((c.isalpha() and c not in "ªºƒ") or c in WESTERN_SIGNS for c in foreign)
    accents_only = sum(map(len, re.findall(r"\b[^\W\d_a-zA-Z]{2,}\b", text)))
    return usual >= 0.8 * len(foreign) and accents_only < 0.5 * len(foreign)
