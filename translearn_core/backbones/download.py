"""Resumable downloads of Hub models, with progress in bytes.

The Hub's own client discards partial files and reports only every 10 MB. Here a partial file lies in that
client's cache, named by the digest of its content, and is renamed to its final path when complete.
"""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import constants, get_session, hf_hub_url, hf_raise_for_status
from huggingface_hub.errors import HfHubHTTPError, HTTPError  # type: ignore[attr-defined]
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils import WeakFileLock, build_hf_headers  # type: ignore[attr-defined]

from translearn_core.errors import NetworkError
from translearn_core.storage import file_digest

Report = Callable[[str, float, float], None]
"""``report(stage, done, total)``, in bytes; may raise `Stopped` to end the download."""

STAGE = "fetching the model"

PATIENCE, SILENCES = 5.0, 4
"""Read timeout in seconds, doubled after each silence, and how many silences in a row are an error."""


@dataclass(frozen=True)
class RemoteFile:
    """File of a Hub model; `etag` is the digest of its content, empty if unknown."""

    name: str
    size: int
    etag: str

    def __post_init__(self) -> None:
        # it becomes a file name here, so accept nothing but a digest from the server
        if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", self.etag):
            object.__setattr__(self, "etag", "")


class PartialCache:
    """Complete and partial files of one Hub model in the Hub's cache."""

    def __init__(self, id: str) -> None:
        cache = Path(constants.HF_HUB_CACHE).expanduser()
        folder = repo_folder_name(repo_id=id, repo_type="model")
        self.blobs, self.locks = cache / folder / "blobs", cache / ".locks" / folder

    def complete_path(self, file: RemoteFile) -> Path:
        """Return the path of the complete file."""
        return self.blobs / file.etag

    def partial_path(self, file: RemoteFile) -> Path:
        """Return the path of the partial file."""
        return self.blobs / f"{file.etag}.incomplete"

    def bytes(self, file: RemoteFile) -> int:
        """Return how many bytes of a file the cache holds."""
        if not file.etag:
            return 0
        if self.complete_path(file).exists():
            return file.size
        return min(_length(self.partial_path(file)), file.size)


def fetch_files(id: str, commit: str, files: Sequence[RemoteFile], report: Report | None) -> None:
    """Download the files of a Hub model into the cache, smallest first.

    Files of unknown size or digest are left to the Hub's client.
    """
    cache = PartialCache(id)
    known = sorted((file for file in files if file.etag and file.size), key=lambda file: file.size)
    total = sum(file.size for file in known)
    for folder in (cache.blobs, cache.locks):
        folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(cache.blobs).free < total - sum(map(cache.bytes, known)):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for file in known:
        others = sum(cache.bytes(other) for other in known if other is not file)

        def progress(length: int, others: int = others) -> None:
            if report is not None:
                report(STAGE, others + length, total)

        _fetch(id, commit, file, cache, progress)


def _fetch(
    id: str, commit: str, file: RemoteFile, cache: PartialCache, progress: Callable[[int], None]
) -> None:
    with ExitStack() as stack:
        locked = False
        while not locked:  # another process may download this file: wait for it, but react to a stop
            progress(cache.bytes(file))
            try:
                stack.enter_context(WeakFileLock(cache.locks / f"{file.etag}.lock", timeout=1.0))
                locked = True
            except TimeoutError:
                continue
        if not cache.complete_path(file).exists():
            part = cache.partial_path(file)
            _complete(hf_hub_url(id, file.name, revision=commit), part, file.size, progress)
            if _length(part) != file.size or not is_content(part, file.etag):
                part.unlink()
                raise NetworkError(
                    f"{file.name} of {id} arrived damaged and was thrown away: fetch it again."
                )
            part.replace(cache.complete_path(file))
    progress(file.size)


def _complete(url: str, part: Path, size: int, progress: Callable[[int], None]) -> None:
    """Download a file to its full size; after a timeout report progress, which may stop it, and retry."""
    silences = 0
    while (before := _length(part)) < size:
        progress(before)
        problem: Exception = OSError(f"{url} ended early")
        try:
            _stream(url, part, size, PATIENCE * 2**silences, progress)
        except HfHubHTTPError:
            raise
        except HTTPError as error:
            problem = error
        silences = silences + 1 if _length(part) <= before else 0
        if silences == SILENCES:
            raise problem


def _stream(url: str, part: Path, size: int, patience: float, progress: Callable[[int], None]) -> None:
    headers = build_hf_headers() | {"Accept-Encoding": "identity"}
    if start := _length(part):
        headers["Range"] = f"bytes={start}-"
    with get_session().stream("GET", url, headers=headers, timeout=patience) as response:
        hf_raise_for_status(response)
        with part.open("ab") as file:
            if response.status_code != 206:  # no range support: start from the beginning
                file.truncate(0)
            for chunk in response.iter_bytes():
                file.write(chunk)
                if file.tell() > size:
                    return  # longer than announced: the caller's check fails
                progress(file.tell())


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def is_content(path: Path, etag: str) -> bool:
    """Whether a file's content has the digest `etag`: SHA-256 for LFS files, git's SHA-1 for others."""
    if len(etag) == 64:
        return file_digest(path) == etag
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\x00" % len(data) + data, usedforsecurity=False).hexdigest() == etag
