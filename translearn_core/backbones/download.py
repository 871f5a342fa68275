"""Download the files of a Hub model: counted, stopped within a moment, gone on with where it was left.

The Hub's own client throws a half-fetched file away and speaks only every 10 MB. Here a file grows beside the
place where that client keeps it, under the digest of its content, and takes that place when it is whole.
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
"""Hears a stage and how much of it is done, in bytes; ends the work by raising `Stopped`."""

STAGE = "fetching the model"

PATIENCE, SILENCES = 5.0, 4
"""Seconds to wait for a byte, doubled after each silence, and how many silences in a row are too many."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a Hub model; `etag` is the digest of its content, empty where the server does not tell."""

    name: str
    size: int
    etag: str

    def __post_init__(self) -> None:
        # it becomes the name of a file here, and a server may say anything
        if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", self.etag):
            object.__setattr__(self, "etag", "")


class PartialCache:
    """The files of one Hub model that the cache holds, whole or in part."""

    def __init__(self, id: str) -> None:
        cache = Path(constants.HF_HUB_CACHE).expanduser()
        folder = repo_folder_name(repo_id=id, repo_type="model")
        self.blobs, self.locks = cache / folder / "blobs", cache / ".locks" / folder

    def complete_path(self, file: RemoteFile) -> Path:
        """Return where a file lies when it is whole."""
        return self.blobs / file.etag

    def partial_path(self, file: RemoteFile) -> Path:
        """Return where a file grows."""
        return self.blobs / f"{file.etag}.incomplete"

    def bytes(self, file: RemoteFile) -> int:
        """Return how much of a file is here."""
        if not file.etag:
            return 0
        return (
            file.size
            if self.complete_path(file).exists()
            else min(_length(self.partial_path(file)), file.size)
        )


def fetch_files(id: str, commit: str, files: Sequence[RemoteFile], report: Report | None) -> None:
    """Bring the files of a Hub model into the cache, the small ones first.

    A file whose size or digest the server does not tell is left to the Hub's client.
    """
    kept = PartialCache(id)
    known = sorted((file for file in files if file.etag and file.size), key=lambda file: file.size)
    total, here = sum(file.size for file in known), sum(map(kept.bytes, known))
    for folder in (kept.blobs, kept.locks):
        folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(kept.blobs).free < total - here:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for file in known:
        others = sum(kept.bytes(other) for other in known if other is not file)

        def told(length: int, others: int = others) -> None:
            if report is not None:
                report(STAGE, others + length, total)

        _fetch(id, commit, file, kept, told)


def _fetch(id: str, commit: str, file: RemoteFile, kept: PartialCache, told: Callable[[int], None]) -> None:
    with ExitStack() as stack:
        alone = False
        while not alone:  # another process may be at this file: wait for it, and hear a stop meanwhile
            told(kept.bytes(file))
            try:
                stack.enter_context(WeakFileLock(kept.locks / f"{file.etag}.lock", timeout=1.0))
                alone = True
            except TimeoutError:
                continue
        if not kept.complete_path(file).exists():
            part = kept.partial_path(file)
            _complete(hf_hub_url(id, file.name, revision=commit), part, file.size, told)
            if _length(part) != file.size or not is_content(part, file.etag):
                part.unlink()
                raise NetworkError(
                    f"{file.name} of {id} arrived damaged and was thrown away: fetch it again."
                )
            part.replace(kept.complete_path(file))
    told(file.size)


def _complete(url: str, part: Path, size: int, told: Callable[[int], None]) -> None:
    """Let a file grow to its size; where the server falls silent, tell so (to hear a stop) and ask again."""
    silences = 0
    while (before := _length(part)) < size:
        told(before)
        problem: Exception = OSError(f"{url} ended early")
        try:
            _stream(url, part, size, PATIENCE * 2**silences, told)
        except HfHubHTTPError:
            raise
        except HTTPError as error:
            problem = error
        silences = silences + 1 if _length(part) <= before else 0
        if silences == SILENCES:
            raise problem


def _stream(url: str, part: Path, size: int, patience: float, told: Callable[[int], None]) -> None:
    headers = build_hf_headers() | {"Accept-Encoding": "identity"}
    if have := _length(part):
        headers["Range"] = f"bytes={have}-"
    with get_session().stream("GET", url, headers=headers, timeout=patience) as response:
        hf_raise_for_status(response)
        with part.open("ab") as file:
            if response.status_code != 206:  # it does not go on in the middle: from the start, then
                file.truncate(0)
            for chunk in response.iter_bytes():
                file.write(chunk)
                if file.tell() > size:
                    return  # more than was announced: whoever checks it throws it away
                told(file.tell())


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def is_content(path: Path, etag: str) -> bool:
    """Whether a file is what the Hub calls it: large ones go by their SHA-256, small ones by git's digest."""
    if len(etag) == 64:
        return file_digest(path) == etag
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\x00" % len(data) + data, usedforsecurity=False).hexdigest() == etag
