"""Refusal of files that are no tables: documents, pictures, archives, web pages."""

import codecs

from translearn_core.errors import DataError

HEAD = 1 << 16
"""Bytes at the beginning of a file that are examined."""

SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"{\\rtf", "an RTF document"),
)

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta")
COMMENTS = ((b"<!--", b"-->"), (b"<?", b"?>"))
"""Comments and declarations, which may precede the first element of a web page."""


def refuse_other_kinds(data: bytes, name: str) -> None:
    """Refuse a file of a kind that is known not to be a table.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Name of the file in messages, for instance "The test file".

    Raises
    ------
    DataError
        If the file is a document, an archive of another kind, a picture, a web page or a Git LFS pointer.
    """
    kind: str | None = next((kind for start, kind in SIGNATURES if data.startswith(start)), None)
    if kind:
        raise DataError(
            f"{name} is {kind}, not a table: open it in its own program and save the table as CSV (UTF-8)."
        )
    start = _head(data)
    if start.startswith(LFS_POINTER):
        raise DataError(
            f"{name} is a Git LFS pointer, not the table itself: `git lfs pull` fetches the real file."
        )
    if _strip_comments(start).startswith(PAGE_STARTS):
        raise DataError(
            f"{name} is a web page, not a table: use the site's download or raw link to get the table itself."
        )


def _head(data: bytes) -> bytes:
    """Return the lower-case beginning, without byte-order mark, white space and the zeros of UTF-16."""
    head = data[:HEAD]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[2:].replace(b"\0", b"")
    while (shorter := head.removeprefix(codecs.BOM_UTF8).lstrip()) != head:
        head = shorter
    return head.lower()


def _strip_comments(head: bytes) -> bytes:
    """Strip leading comments and declarations."""
    position = 0
    while closing := next((close for start, close in COMMENTS if head.startswith(start, position)), None):
        end = head.find(closing, position)
        if end < 0:
            return b""
        position = end + len(closing)
        while head[position : position + 1].isspace():
            position += 1
    return head[position:]
