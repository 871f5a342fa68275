"""The folders of a workspace: where data sets and runs lie, what they weigh, and how files come in and go."""

import contextlib
import hashlib
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from translearn_core.errors import DamagedFileError, NotFoundError
from translearn_core.runs import artifacts
from translearn_core.storage import atomic_file, atomic_folder

BACKBONE = "backbone"
"""The folder, in that of a pre-training, of the backbone it made."""


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the name of a data set, given its files by part: it says whether they are whole, too."""
    digest = hashlib.sha256()
    for part in sorted(files):
        digest.update(f"{part}:{len(files[part])}:".encode())
        digest.update(hashlib.sha256(files[part]).digest())
    return digest.hexdigest()[:20]


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


class Workspace:
    """Paths below one folder; nothing else knows the layout."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().resolve()
        self._aside = self.root / ".removed"
        for folder in (self.root, self.root / "datasets", self.root / "runs", self._aside):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "translearn.sqlite"

    def dataset(self, digest: str) -> Path:
        """Folder of the data set with this digest."""
        return self.root / "datasets" / digest

    @property
    def activations(self) -> Path:
        """Folder of what backbones made of texts, shared by all runs."""
        return self.root / "activations"

    def run(self, job: str) -> Path:
        """Folder of the job with this identity."""
        return self.root / "runs" / job

    def job_of(self, path: Path) -> str | None:
        """Return the job in whose folder `path` lies; None if it lies elsewhere."""
        runs = self.root / "runs"
        return path.relative_to(runs).parts[0] if path != runs and path.is_relative_to(runs) else None

    def backbone(self, job: str) -> Path:
        """Folder of the backbone that a pre-training made."""
        return self.run(job) / BACKBONE

    def keep_files(self, files: Mapping[str, bytes]) -> str:
        """Store a data set's files, by part (train, validation, test), and return their common digest.

        The same bytes are stored once, whoever brings them.
        """
        name = digest_of(files)
        home = self.dataset(name)
        if not home.exists():
            with atomic_folder(home, checksums=False, replace=False) as draft:
                (draft / "source").mkdir()
                for part, data in files.items():
                    (draft / "source" / part).write_bytes(data)
        for part, data in files.items():
            if not _holds(home / "source" / part, data):  # damaged since: this mends it
                with atomic_file(home / "source" / part, checksum=False) as mended:
                    mended.write_bytes(data)
        return name

    def sources(self, digest: str) -> dict[str, Path]:
        """Return the files of a data set by part, after comparing them with its digest.

        Raises
        ------
        NotFoundError
            If they are gone.
        DamagedFileError
            If they are not what was brought.
        """
        source = self.dataset(digest) / "source"
        paths = {part: source / part for part in self.parts(digest)}
        if digest_of({part: path.read_bytes() for part, path in paths.items()}) != digest:
            raise DamagedFileError(source, "it is not what was brought", "bring the same file again")
        return paths

    def parts(self, digest: str) -> tuple[str, ...]:
        """Return which parts of a data set have a file; raises `NotFoundError` if they are gone."""
        names = tuple(sorted(path.name for path in (self.dataset(digest) / "source").glob("[!.]*")))
        if not names:
            raise NotFoundError("The files of this data set are no longer here: upload them again.")
        return names

    def weight(self, *, datasets: set[str], jobs: set[str]) -> int:
        """Bytes on disk of these data sets and jobs."""
        folders = [self.dataset(d) for d in datasets] + [self.run(j) for j in jobs]
        return sum(artifacts.size(folder) for folder in folders if folder.exists())

    def activations_weight(self) -> int:
        """Bytes of what is kept of frozen parts, for all owners together."""
        return artifacts.size(self.activations) if self.activations.exists() else 0

    def set_aside(self, *, datasets: Iterable[str] = (), jobs: Iterable[str] = ()) -> None:
        """Take these data sets and jobs out of sight at once; `empty` deletes their files.

        A rename inside the transaction that deletes the rows: who asks for the same thing a moment later
        finds no folder, and never half of one.
        """
        for folder in [self.dataset(d) for d in datasets] + [self.run(j) for j in jobs]:
            with contextlib.suppress(FileNotFoundError):
                folder.rename(self._aside / f"{folder.name}-{secrets.token_hex(4)}")

    def empty(self) -> None:
        """Delete the files of what was set aside."""
        for folder in self._aside.iterdir():
            shutil.rmtree(folder, ignore_errors=True)
