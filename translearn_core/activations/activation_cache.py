"""What was computed once stays on disk: vectors by text, shared by all runs and workers of a workspace.

A *shelf* holds one kind of vectors (a layer pooled, or the states entering a block) of one backbone. It is a
folder of *segments*, each written whole, never changed afterwards, and checked when a process first opens it
(by CRC-32, which is computed piece by piece while the vectors are written). What is used least goes first
when the store grows over its cap.
"""

import contextlib
import logging
import os
import shutil
import time
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.storage import atomic_folder, read_sealed, seal
from translearn_core.storage.sweep import temporary_name

log = logging.getLogger(__name__)

FORMAT = 2
"""Version of the files; another one is a miss."""
DIGEST = 16
"""Bytes of a text's digest."""
COMMIT_SECONDS = 30.0
"""A long pass is kept piece by piece, so that a kill loses at most so much of it."""
SPARE_BYTES = 1_000_000_000
"""Free disk that is never used up."""
HALF_MAX = 65_504.0
"""Largest float16; a few huge activations of some models are larger."""
CHUNK = 16 * 2**20
STORED: dict[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "bfloat16": np.dtype("<i2"),
}
"""What numpy has for torch's types, by name."""

_checked: set[tuple[str, int]] = set()


@dataclass(frozen=True)
class SegmentMeta:
    """What a segment says of itself: `dtype` is torch's name, `seconds` what computing it took."""

    format: int
    dtype: str
    width: int
    texts: int
    vectors: int
    seconds: float
    data_crc: int
    index_crc: int


@dataclass(frozen=True)
class Segment:
    """One file of vectors, mapped: text i has `counts[i]` of them from `starts[i]`; it was `tokens[i]` long.

    `data` has shape (vectors, width), bfloat16 as the integers its bits make.
    """

    about: SegmentMeta
    data: NDArray[np.generic]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    tokens: NDArray[np.int64]


@dataclass(frozen=True)
class Lookup:
    """Where the vectors of n texts lie: `segment` (-1: nowhere) and `place` in it, both of shape (n,)."""

    segments: tuple[Segment, ...]
    segment: NDArray[np.int64]
    place: NDArray[np.int64]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which texts are not there."""
        return self.segment < 0

    @property
    def tokens(self) -> NDArray[np.int64]:
        """Tokens of every text; all must be there."""
        out = np.empty(len(self.place), dtype=np.int64)
        for s, segment in enumerate(self.segments):
            mine = self.segment == s
            out[mine] = segment.tokens[self.place[mine]]
        return out

    def seconds(self) -> float:
        """What computing the texts that are there once took."""
        saved = 0.0
        for s, segment in enumerate(self.segments):
            tokens = segment.tokens[self.place[self.segment == s]].sum()
            saved += segment.about.seconds * float(tokens) / max(1.0, float(segment.tokens.sum()))
        return saved

    def vectors(self) -> Tensor:
        """Return one vector per text, shape (n, width), in memory; all must be there."""
        first = self.segments[0]
        out = np.empty((len(self.place), first.about.width), dtype=first.data.dtype)
        for s, segment in enumerate(self.segments):
            mine = np.flatnonzero(self.segment == s)
            out[mine] = segment.data[segment.starts[self.place[mine]]]
        return as_tensor(out, first.about.dtype)


class CacheShard:
    """The vectors of one kind, by text digest; opening it checks what lies there."""

    def __init__(self, store: "ActivationCache", name: str) -> None:
        self.folder = store.folder / name
        self.store = store

    def find(self, texts: Sequence[bytes]) -> Lookup:
        """Look up texts by digest; what is damaged counts as not there, and is thrown away."""
        segment = np.full(len(texts), -1, dtype=np.int64)
        place = np.zeros(len(texts), dtype=np.int64)
        used: list[Segment] = []
        for path in sorted(self.folder.glob("segment-*")) if self.folder.exists() else ():
            wanted = np.flatnonzero(segment < 0)
            if not len(wanted):
                break
            if (opened := self._open(path)) is None:
                continue
            found, index = opened
            at = np.fromiter((index.get(texts[int(i)], -1) for i in wanted), np.int64, len(wanted))
            if (hit := at >= 0).any():
                segment[wanted[hit]], place[wanted[hit]] = len(used), at[hit]
                used.append(found)
                mark_used(path)
        return Lookup(tuple(used), segment, place)

    def writer(self, width: int, dtype: torch.dtype) -> "Writer":
        """Return a writer of new texts."""
        return Writer(self.folder, width, dtype)

    def _open(self, path: Path) -> tuple[Segment, dict[bytes, int]] | None:
        try:
            about = SegmentMeta(**read_sealed((path / "about.json").read_text()))
            if about.format != FORMAT:
                return None
            index = (path / "index.bin").read_bytes()
            stored = STORED[about.dtype]
            data = path / "vectors.bin"
            size = about.vectors * about.width * stored.itemsize
            if data.stat().st_size != size or zlib.crc32(index) != about.index_crc:
                raise ValueError("a file has another length or content than was written")
            stamp = (str(path), data.stat().st_mtime_ns)
            if stamp not in _checked:
                if crc_of(data) != about.data_crc:
                    raise ValueError("the vectors differ from what was written")
                _checked.add(stamp)
            rows = np.frombuffer(index, dtype=_ROW)
            # read-only and shared: neither memory that counts as ours nor something to write to by mistake
            mapped = np.memmap(data, dtype=stored, mode="r", shape=(about.vectors, about.width))
        except FileNotFoundError:
            return None  # on its way out, or another process threw it away
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("kept activations in %s are damaged (%s): they are computed again", path, error)
            self.store.discard(path)
            return None
        counts = rows["vectors"].astype(np.int64)
        starts = np.cumsum(counts) - counts
        segment = Segment(about, mapped, starts, counts, rows["tokens"].astype(np.int64))
        digests = rows["text"].tobytes()
        return segment, {digests[i * DIGEST : (i + 1) * DIGEST]: i for i in range(len(rows))}


_ROW = np.dtype([("text", f"V{DIGEST}"), ("tokens", "<i4"), ("vectors", "<i4")])


class Writer:
    """A segment being written: rows are appended, `commit` puts them into the shelf.

    Nothing of it is seen before `commit`.
    """

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
        """Add texts: digests, lengths in tokens, numbers of vectors, and all of these one after another."""
        if self.dtype is torch.float16:
            vectors = vectors.float().clamp(-HALF_MAX, HALF_MAX)
        rows = np.empty(len(texts), dtype=_ROW)
        rows["text"] = np.frombuffer(b"".join(texts), dtype=f"V{DIGEST}")
        rows["tokens"], rows["vectors"] = tokens, counts
        raw = vectors.to(self.dtype).contiguous().view(torch.uint8).numpy().tobytes()
        self._open = self._open or self._begin()
        try:
            self._file.write(raw)
        except OSError as error:  # the disk is full: a segment with half a batch at its end is no segment
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
        """Put what was appended into the shelf."""
        if self._open is None:
            return
        opened, self._open = self._open, None
        with opened:  # what fails in here leaves nothing behind
            index = np.concatenate(self._rows).tobytes()
            (self._draft / "index.bin").write_bytes(index)
            about = SegmentMeta(
                FORMAT, str(self.dtype).removeprefix("torch."), self.width, len(index) // _ROW.itemsize,
                self._vectors, self._seconds, self._crc, zlib.crc32(index),
            )  # fmt: skip
            (self._draft / "about.json").write_text(seal(asdict(about)))
        _checked.add((str(self._path), (self._path / "vectors.bin").stat().st_mtime_ns))


class ActivationCache:
    """All shelves of a workspace, no larger than `cap` bytes."""

    def __init__(self, folder: Path, cap: int) -> None:
        self.folder, self.cap = folder, cap
        folder.mkdir(parents=True, exist_ok=True)

    def shelf(self, name: str) -> CacheShard:
        """Return the shelf of this name, there or not."""
        return CacheShard(self, name)

    def reserve(self, size: int) -> bool:
        """Make room for `size` bytes by throwing away what was used longest ago; False if there is no way."""
        if size > self.cap:
            return False
        segments = sorted(self._segments(), key=lambda found: found[1])
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
        """Bytes that are kept."""
        return sum(weight for _, _, weight in self._segments())

    def discard(self, path: Path) -> None:
        """Take a segment out of sight at once, then delete it; who has it mapped keeps it until then."""
        gone = path.with_name(temporary_name())
        try:
            path.rename(gone)
        except OSError:
            return
        shutil.rmtree(gone, ignore_errors=True)

    def _segments(self) -> list[tuple[Path, float, int]]:
        found = []
        for path in self.folder.glob("*/segment-*"):
            try:
                weight = sum(file.stat().st_size for file in path.iterdir())
                found.append((path, path.stat().st_mtime, weight))
            except OSError:
                continue
        return found


def as_tensor(stored: NDArray[np.generic], dtype: str) -> Tensor:
    """Return an array as it is stored as the tensor it stands for."""
    return torch.from_numpy(stored).view(getattr(torch, dtype))


def mark_used(path: Path) -> None:
    """Note that a segment was used now."""
    with contextlib.suppress(OSError):
        os.utime(path)


def crc_of(path: Path) -> int:
    """Return the checksum of a file, read in pieces."""
    crc = 0
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            crc = zlib.crc32(piece, crc)
    return crc
