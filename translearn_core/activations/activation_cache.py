"""Activation cache on disk: vectors by text digest, shared by all runs and workers of a workspace.

A *shard* holds one kind of vectors (a pooled layer, or the states entering a block) of one backbone. It is a
folder of immutable *segments*, each written atomically and checked by CRC-32 when a process first opens it.
The least recently used segments are deleted when the cache exceeds its cap.
"""

import contextlib
import logging
import os
import shutil
import time
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations.lookup import Lookup, Segment, SegmentMeta
from translearn_core.inputs.text import DIGEST_BYTES
from translearn_core.storage import atomic_folder, read_sealed, seal
from translearn_core.storage.checksums import file_crc
from translearn_core.storage.sweep import temporary_name

log = logging.getLogger(__name__)

FORMAT = 2
"""Version of the file format; segments of other versions are cache misses."""
COMMIT_SECONDS = 30.0
"""Interval between commits of a long pass: a killed process loses at most this much work."""
SPARE_BYTES = 1_000_000_000
"""Free disk space that the cache never uses."""
HALF_MAX = 65_504.0
"""Largest float16; some models have larger activations."""
STORED: dict[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "bfloat16": np.dtype("<i2"),
}
"""NumPy dtypes that store torch dtypes, by torch name."""

_checked: set[tuple[str, int]] = set()


class CacheShard:
    """Vectors of one kind, by text digest."""

    def __init__(self, store: "ActivationCache", name: str) -> None:
        self.folder = store.folder / name
        self.store = store

    def find(self, texts: Sequence[bytes]) -> Lookup:
        """Look up texts by digest; delete damaged segments and count their texts as missing."""
        segment = np.full(len(texts), -1, dtype=np.int64)
        position = np.zeros(len(texts), dtype=np.int64)
        used: list[Segment] = []
        for path in sorted(self.folder.glob("segment-*")) if self.folder.exists() else ():
            missing = np.flatnonzero(segment < 0)
            if not len(missing):
                break
            if (opened := self._open(path)) is None:
                continue
            data, index = opened
            at = np.fromiter((index.get(texts[int(i)], -1) for i in missing), np.int64, len(missing))
            if (hit := at >= 0).any():
                segment[missing[hit]], position[missing[hit]] = len(used), at[hit]
                used.append(data)
                mark_used(path)
        return Lookup(tuple(used), segment, position)

    def writer(self, width: int, dtype: torch.dtype) -> "Writer":
        """Return a writer of a new segment."""
        return Writer(self.folder, width, dtype)

    def _open(self, path: Path) -> tuple[Segment, dict[bytes, int]] | None:
        try:
            meta = SegmentMeta(**read_sealed((path / "about.json").read_text()))
            if meta.format != FORMAT:
                return None
            index = (path / "index.bin").read_bytes()
            stored = STORED[meta.dtype]
            data = path / "vectors.bin"
            size = meta.vectors * meta.width * stored.itemsize
            if data.stat().st_size != size or zlib.crc32(index) != meta.index_crc:
                raise ValueError("a file has another length or content than was written")
            stamp = (str(path), data.stat().st_mtime_ns)
            if stamp not in _checked:
                if file_crc(data) != meta.data_crc:
                    raise ValueError("the vectors differ from what was written")
                _checked.add(stamp)
            rows = np.frombuffer(index, dtype=_ROW)
            # read-only and shared: does not count as memory of this process and cannot be overwritten
            mapped = np.memmap(data, dtype=stored, mode="r", shape=(meta.vectors, meta.width))
        except FileNotFoundError:
            return None  # another process deleted it
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("kept activations in %s are damaged (%s): they are computed again", path, error)
            self.store.discard(path)
            return None
        counts = rows["vectors"].astype(np.int64)
        starts = np.cumsum(counts) - counts
        segment = Segment(meta, mapped, starts, counts, rows["tokens"].astype(np.int64))
        digests = rows["text"].tobytes()
        return segment, {digests[i * DIGEST_BYTES : (i + 1) * DIGEST_BYTES]: i for i in range(len(rows))}


_ROW = np.dtype([("text", f"V{DIGEST_BYTES}"), ("tokens", "<i4"), ("vectors", "<i4")])


class Writer:
    """Writer of segments: `append` buffers rows in a draft, `commit` makes them visible in the shard."""

    def __init__(self, folder: Path, width: int, dtype: torch.dtype) -> None:
        self.folder, self.width, self.dtype = folder, width, dtype
        self._open: ExitStack | None = None

    def _begin(self) -> ExitStack:
        self._path = self.folder / f"segment-{time.time_ns()}-{os.getpid()}"
        opened = ExitStack()
        self._draft = opened.enter_context(atomic_folder(self._path, checksums=False))
        self._file = opened.enter_context((self._draft / "vectors.bin").open("wb"))
        self._rows: list[NDArray[np.void]] = []
        self._crc = 0
        self._vectors = 0
        self._seconds = 0.0
        self._began = time.monotonic()
        return opened

    def append(
        self, texts: Sequence[bytes], tokens: NDArray[np.int64], counts: NDArray[np.int64], vectors: Tensor,
        seconds: float,
    ) -> None:  # fmt: skip
        """Append texts: digests, token counts, vector counts, and the concatenated vectors."""
        if self.dtype is torch.float16:
            vectors = vectors.float().clamp(-HALF_MAX, HALF_MAX)
        rows = np.empty(len(texts), dtype=_ROW)
        rows["text"] = np.frombuffer(b"".join(texts), dtype=f"V{DIGEST_BYTES}")
        rows["tokens"], rows["vectors"] = tokens, counts
        raw = vectors.to(self.dtype).contiguous().view(torch.uint8).numpy().tobytes()
        self._open = self._open or self._begin()
        try:
            self._file.write(raw)
        except OSError as error:  # disk full: discard the draft, its last batch is incomplete
            opened, self._open = self._open, None
            opened.__exit__(type(error), error, error.__traceback__)
            raise
        self._crc = zlib.crc32(raw, self._crc)
        self._vectors += len(vectors)
        self._seconds += seconds
        self._rows.append(rows)
        if time.monotonic() - self._began > COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        """Publish the appended rows as a segment of the shard."""
        if self._open is None:
            return
        opened, self._open = self._open, None
        with opened:  # an error in here deletes the draft
            index = np.concatenate(self._rows).tobytes()
            (self._draft / "index.bin").write_bytes(index)
            meta = SegmentMeta(
                FORMAT, str(self.dtype).removeprefix("torch."), self.width, len(index) // _ROW.itemsize,
                self._vectors, self._seconds, self._crc, zlib.crc32(index),
            )  # fmt: skip
            (self._draft / "about.json").write_text(seal(asdict(meta)))
        _checked.add((str(self._path), (self._path / "vectors.bin").stat().st_mtime_ns))


class ActivationCache:
    """All shards of a workspace, at most `cap` bytes."""

    def __init__(self, folder: Path, cap: int) -> None:
        self.folder, self.cap = folder, cap
        folder.mkdir(parents=True, exist_ok=True)

    def shard(self, name: str) -> CacheShard:
        """Return the shard of this name, which may be empty."""
        return CacheShard(self, name)

    def reserve(self, size: int) -> bool:
        """Delete the least recently used segments until `size` bytes fit; return whether they do."""
        if size > self.cap:
            return False
        segments = sorted(self._segments(), key=lambda segment: segment[1])
        used = sum(weight for _, _, weight in segments)
        free = shutil.disk_usage(self.folder).free - SPARE_BYTES
        for path, _, weight in segments:
            if used + size <= self.cap and free >= size:
                break
            log.info("throwing away kept activations %s, %.1f MB", path, weight / 1e6)
            self.discard(path)
            used, free = used - weight, free + weight
        return used + size <= self.cap and free >= size

    def size(self) -> int:
        """Return the bytes on disk."""
        return sum(weight for _, _, weight in self._segments())

    def discard(self, path: Path) -> None:
        """Rename a segment away, then delete it; processes that have it mapped keep their data."""
        doomed = path.with_name(temporary_name())
        try:
            path.rename(doomed)
        except OSError:
            return
        shutil.rmtree(doomed, ignore_errors=True)

    def _segments(self) -> list[tuple[Path, float, int]]:
        """Return path, time of last use and bytes of every segment."""
        segments = []
        for path in self.folder.glob("*/segment-*"):
            with contextlib.suppress(OSError):  # deleted meanwhile
                size = sum(file.stat().st_size for file in path.iterdir())
                segments.append((path, path.stat().st_mtime, size))
        return segments


def mark_used(path: Path) -> None:
    """Set the time of last use of a segment to now."""
    with contextlib.suppress(OSError):
        os.utime(path)
