"""Archives: extract one table from a .gz or .zip file; limits count the unpacked bytes."""

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass

from translearn_core.errors import DataError
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, quote, quote_list

SUFFIXES = (
    ".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".psv", ".json", ".jsonl", ".ndjson", ".parquet",
    ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".conll", ".conllu",
)  # fmt: skip
"""Endings of archive members that may be tables."""

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
WORKBOOK_PARTS = ("xl/", "content.xml")
"""Prefixes of member names in workbooks."""
DOCUMENTS = {"word/": "a Word document", "ppt/": "a PowerPoint presentation"}
"""Prefixes of member names in other documents."""


@dataclass(frozen=True)
class Unpacked:
    """Bytes of a file, unpacked if it was an archive, with the member read and all members."""

    data: bytes
    member: str | None = None
    members: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def unpack(data: bytes, name: str, limit: int, sheet: str | None = None) -> Unpacked:
    """Extract one table from a .gz or .zip file; return other files unchanged.

    Parameters
    ----------
    data : bytes
    name : str
        Name of the file in messages.
    limit : int
        Maximum number of unpacked bytes.
    sheet : str, optional
        Archive member to read; default: the one called train, else the first.

    Raises
    ------
    DataError
        If the archive is damaged, encrypted, without a table, or over the limit.
    """
    if data.startswith(b"\x1f\x8b"):
        return Unpacked(_gunzipped(data, name, limit))
    if data.startswith(ZIP_STARTS):
        return _from_zip(data, name, limit, sheet)
    return Unpacked(data)


def _gunzipped(data: bytes, name: str, limit: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(limit + 1)
    except (OSError, EOFError, zlib.error):
        raise DataError(
            f"{name} is a damaged gzip archive: make it again, or bring the table itself."
        ) from None
    if len(content) > limit:
        raise _too_large(name, limit)
    return content


def _from_zip(data: bytes, name: str, limit: int, sheet: str | None) -> Unpacked:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if any(entry.filename.startswith(WORKBOOK_PARTS) for entry in entries):
                if sum(entry.file_size for entry in entries) > limit:
                    raise _too_large(name, limit)
                return Unpacked(data)
            for start, kind in DOCUMENTS.items():
                if any(entry.filename.startswith(start) for entry in entries):
                    raise DataError(
                        f"{name} is {kind}, not a table: save the table in it as CSV (UTF-8) or .xlsx."
                    )
            tables = {entry.filename: entry for entry in entries if _is_table(entry)}
            if not tables:
                members = quote_list([entry.filename for entry in entries], 3) or "nothing"
                raise DataError(
                    f"{name} is a ZIP archive without a table, it holds {members}: put one CSV, Excel, "
                    "JSON Lines or Parquet file into it."
                )
            member = _choose_member(list(tables), name, sheet)
            if tables[member].file_size > limit:
                raise _too_large(name, limit)
            with archive.open(tables[member]) as file:
                content = file.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
        raise DataError(
            f"{name} is a damaged ZIP archive: make it again, or bring the table itself."
        ) from None
    except RuntimeError:  # raised by zipfile for encrypted members
        raise DataError(
            f"{name} is an encrypted ZIP archive: bring the table itself, without a password."
        ) from None
    if len(content) > limit:
        raise _too_large(name, limit)
    return Unpacked(content, member, tuple(tables), _member_findings(member, list(tables)))


def _is_table(entry: zipfile.ZipInfo) -> bool:
    basename = entry.filename.rsplit("/", 1)[-1]
    hidden = basename.startswith(".") or entry.filename.startswith("__MACOSX/")
    return not entry.is_dir() and not hidden and basename.casefold().endswith(SUFFIXES)


def _choose_member(tables: list[str], name: str, sheet: str | None) -> str:
    if sheet is None:
        return next((table for table in tables if "train" in table.rsplit("/", 1)[-1].casefold()), tables[0])
    for table in tables:
        if sheet in (table, table.rsplit("/", 1)[-1]):
            return table
    raise DataError(f"{name} holds no table {quote(sheet)}: choose from {quote_list(tables, 8)}.")


def _member_findings(member: str, tables: list[str]) -> tuple[Finding, ...]:
    if len(tables) == 1:
        return ()
    others = [table for table in tables if table != member]
    sentence = (
        f"The archive holds {count_noun(len(tables), 'table')}: {quote(member)} was read, "
        f"{quote_list(others)} {'was' if len(others) == 1 else 'were'} not."
    )
    advice = "Choose another one where the file is read, or bring its parts as separate files."
    return (finding("several-tables", Severity.WARNING, sentence, advice=advice),)


def _too_large(name: str, limit: int) -> DataError:
    return DataError(
        f"{name} has over {limit / 1e6:,.0f} MB when unpacked, the limit here: keep fewer rows or only the "
        "columns you need, or ask whoever runs this installation to raise TRANSLEARN_MAX_UPLOAD_MB."
    )
