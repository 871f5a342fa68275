"""Download the files of a Hub model: counted, stopped within a moment, gone on with where it was left.

The Hub's own client throws a half-fetched file away and speaks only every 10 MB. Here a file grows beside the
place where that client keeps it, under the digest of its content, and takes that place when it is whole.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import Timeout
from huggingface_hub import constants, get_session, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError, HTTPError  # type: ignore[attr-defined]
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils import WeakFileLock, build_hf_headers, hf_raise_for_status

from translearn_core.errors import BackboneError

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


class Kept:
    """The files of one Hub model that the cache holds, whole or in part."""

    def __init__(self, id: str) -> None:
        cache, folder = Path(constants.HF_HUB_CACHE).expanduser(), repo_folder_name(repo_id=id, repo_type="model")
        self.blobs = cache / folder / "blobs"
        self._locks = cache / ".locks" / folder

    def whole(self, file: RemoteFile) -> Path:
        """Return where a file lies when it is whole."""
        return self.blobs / file.etag

    def part(self, file: RemoteFile) -> Path:
        """Return where a file grows."""
        return self.blobs / f"{file.etag}.incomplete"

    def bytes(self, file: RemoteFile) -> int:
        """Return how much of a file is here."""
        if not file.etag or not file.size:
            return 0
        return file.size if self.whole(file).exists() else min(_length(self.part(file)), file.size)

    @contextmanager
    def alone(self, file: RemoteFile, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the client's own lock on a file; `waiting` is called each second until it is free."""
        self.blobs.mkdir(parents=True, exist_ok=True)
        self._locks.mkdir(parents=True, exist_ok=True)
        while True:
            lock = WeakFileLock(self._locks / f"{file.etag}.lock", timeout=1.0)
            try:
                lock.__enter__()
                break
            except Timeout:
                waiting()
        try:
            yield
        finally:
            lock.__exit__(None, None, None)


def fetch_files(id: str, commit: str, files: Sequence[RemoteFile], report: Report) -> None:
    """Bring the files of a Hub model into the cache, the small ones first.

    A file whose size or digest the server does not tell is left to the Hub's client.
    """
    kept = Kept(id)
    known = sorted((file for file in files if file.etag and file.size), key=lambda file: file.size)
    total, before = sum(file.size for file in known), 0
    missing = total - sum(map(kept.bytes, known))
    kept.blobs.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(kept.blobs).free < missing:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for file in known:
        others = sum(kept.bytes(other) for other in known if other is not file)

        def told(length: int, others: int = others) -> None:
            report(STAGE, float(others + length), float(total))

        with kept.alone(file, lambda: told(kept.bytes(file))):
            if not kept.whole(file).exists():
                _complete(hf_hub_url(id, file.name, revision=commit), file, kept.part(file), told)
                _check(id, file, kept.part(file))
                kept.part(file).replace(kept.whole(file))
        told(file.size)
