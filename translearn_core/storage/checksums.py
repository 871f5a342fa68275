"""SHA-256 checksums of written files, in the format of ``sha256sum``, verified on reading.

A folder has ``SHA256SUMS``, a single file ``<name>.sha256``, and a small JSON file contains its digest. They
protect against faulty disks, copies and edits, not against adversaries. SHA-256 is fast in hardware
(1.4 GB/s; CRC-32 2.3, BLAKE2b 0.7), checkable on every system, and detects swapped files.

Files without a digest come from an earlier version and are read unchecked.
"""

import hashlib
import json
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from translearn_core.errors import DamagedFileError

SUMS = "SHA256SUMS"
"""File with the digests of the other files in its folder."""
SUFFIX = ".sha256"
_MEMBER = "sha256"
CHUNK = 1 << 20
"""Bytes read at a time."""


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, cached per process by size and modification time."""
    status = path.stat()
    return _cached(str(path.resolve()), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _cached(path: str, size: int, changed: int) -> str:  # noqa: ARG001 - size and time are the key
    return _digest(Path(path))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sums_path(path: Path) -> Path:
    """Return the path of the digest of a single file."""
    return path.with_name(path.name + SUFFIX)


def sums_text(files: dict[str, Path]) -> str:
    """Return the digests of files by name in the format of ``sha256sum``."""
    return "".join(f"{_digest(path)}  {name}\n" for name, path in sorted(files.items()))


def verify_file(path: Path, remedy: str) -> None:
    """Compare a file with the digest beside it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DamagedFileError
        If it differs from what was written; `remedy` ends the message.
    """
    _verify({path.name: path}, sums_path(path), path, remedy, cached=False)


def verify_folder(folder: Path, remedy: str, *, cached: bool = False) -> None:
    """Compare the files of a folder with its ``SHA256SUMS``: none may be missing, added or different.

    Parameters
    ----------
    folder : Path
    remedy : str
        End of the error message, after a colon.
    cached : bool
        Whether to hash files of the same size and time only once per process.

    Raises
    ------
    DamagedFileError
        If the folder differs from what was written.
    """
    _verify(folder_files(folder), folder / SUMS, folder, remedy, cached=cached)


def folder_files(folder: Path) -> dict[str, Path]:
    """Return the files below a folder by relative path, without its ``SHA256SUMS``."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files.pop(SUMS, None)
    return files


def _verify(files: dict[str, Path], sums: Path, subject: Path, remedy: str, *, cached: bool) -> None:
    digest = file_digest if cached else _digest
    present = {name: digest(path) for name, path in files.items()}
    try:
        written = _parsed(sums.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except ValueError:
        raise DamagedFileError(subject, f"its checksums in {sums.name} cannot be read", remedy) from None
    if missing := sorted(written.keys() - present.keys()):
        raise DamagedFileError(subject, f"{missing[0]} is missing", remedy)
    if changed := sorted(name for name in present if present[name] != written.get(name)):
        raise DamagedFileError(subject, f"{changed[0]} is not what was written", remedy)


def _parsed(text: str) -> dict[str, str]:
    digests: dict[str, str] = {}
    *lines, rest = text.split("\n")
    for line in lines:
        digest, separator, name = line.partition("  ")
        if len(digest) != 64 or not separator or not name:
            raise ValueError(line)
        digests[name] = digest
    if rest or not digests:
        raise ValueError("it ends early")
    return digests


def remove(path: Path) -> None:
    """Delete a single file and its digest, if they exist."""
    path.unlink(missing_ok=True)
    sums_path(path).unlink(missing_ok=True)


def seal(value: dict[str, Any]) -> str:
    """Serialise `value` to JSON that contains its own digest, for small files that change often."""
    return json.dumps({**value, _MEMBER: _seal_of(value)})


def read_sealed(text: str) -> dict[str, Any]:
    """Parse and verify the output of `seal`; raises `ValueError` for any other text."""
    value = json.loads(text)
    if not isinstance(value, dict) or value.pop(_MEMBER, None) != _seal_of(value):
        raise ValueError("the content differs from what was written")
    return value


def _seal_of(value: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def file_crc(path: Path) -> int:
    """Return the CRC-32 of a file."""
    crc = 0
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            crc = zlib.crc32(piece, crc)
    return crc
