"""The folders of a workspace: where data sets and runs lie, what they weigh, and how files come in and go."""

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from translearn_core.config import ReadOptions
from translearn_core.errors import DamagedFileError, NotFoundError, WorkspaceError
from translearn_core.os_errors import explain_os_error, quoted
from translearn_core.runs import artifacts, permissions
from translearn_core.storage import atomic_file, atomic_folder, read_sealed, seal

OWNER_ONLY = 0o700

BACKBONE = "backbone"
"""The folder, in that of a pre-training, of the backbone it made."""


READ_OPTIONS = "read_options.json"
"""The file, in a data set's folder, of what a person said about reading it."""


def absolute(root: Path) -> Path:
    """Return a workspace's folder as it is called from everywhere.

    Raises
    ------
    WorkspaceError
        If it begins with ``~`` and this user has no home, or its links lead nowhere.
    """
    try:
        return root.expanduser().resolve()
    except (RuntimeError, OSError) as error:
        raise WorkspaceError(
            f"The workspace {quoted(root)} is no folder ({error}): set TRANSLEARN_WORKSPACE to one."
        ) from error


def digest_of(files: Mapping[str, bytes], options: ReadOptions) -> str:
    """Return the name of a data set, from its files by part and its reading options: it shows damage, too."""
    digest = hashlib.sha256()
    for part in sorted(files):
        digest.update(f"{part}:{len(files[part])}:".encode())
        digest.update(hashlib.sha256(files[part]).digest())
    if options.given:
        digest.update(options.model_dump_json().encode())
    return digest.hexdigest()[:20]


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


class Workspace:
    """Paths below one folder; nothing else knows the layout."""

    def __init__(self, root: Path) -> None:
        """Make the folders that are missing, the owner's alone.

        Raises
        ------
        WorkspaceError
            If there is no such folder and it cannot be made. One that is there may be read-only or full.
        """
        self.root = absolute(root)
        self._aside = self.root / ".removed"
        folders = (self.root, self.root / "datasets", self.root / "runs", self._aside)
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            for folder in folders:
                folder.mkdir(OWNER_ONLY, exist_ok=True)
        except OSError as error:
            if isinstance(error, FileExistsError) or not os.path.isdir(self.root):  # Path.is_dir raises
                raise explain_os_error(error, self.root) or error from error
        permissions.tighten(self.root)

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

    def keep_files(self, files: Mapping[str, bytes], options: ReadOptions | None = None) -> str:
        """Store a data set's files, by part (train, validation, test), and return their common digest.

        The same bytes, to be read in the same way, are stored once, whoever brings them.
        """
        options = options or ReadOptions()
        name = digest_of(files, options)
        home = self.dataset(name)
        kept = {Path("source", part): data for part, data in files.items()}
        if options.given:
            text = seal({"dataset": name, "options": options.model_dump()})
            kept[Path(READ_OPTIONS)] = text.encode()
        if not home.exists():
            with atomic_folder(home, checksums=False, replace=False) as draft:
                (draft / "source").mkdir()
                for path, data in kept.items():
                    (draft / path).write_bytes(data)
        for path, data in kept.items():
            if not _holds(home / path, data):  # damaged since: this mends it
                with atomic_file(home / path, checksum=False) as mended:
                    mended.write_bytes(data)
        return name

    def sources(self, digest: str) -> dict[str, Path]:
        """Return the files of a data set by part, after comparing them and its options with its digest.

        Raises
        ------
        NotFoundError
            If they are gone.
        DamagedFileError
            If they are not what was brought.
        """
        paths = self.source_paths(digest)
        files = {part: path.read_bytes() for part, path in paths.items()}
        if digest_of(files, self.read_options(digest)) != digest:
            subject = self.dataset(digest) / "source"
            raise DamagedFileError(subject, "it is not what was brought", "bring the same file again")
        return paths

    def source_paths(self, digest: str) -> dict[str, Path]:
        """Return where the files of a data set lie, unread; raises `NotFoundError` if they are gone."""
        paths = sorted((self.dataset(digest) / "source").glob("[!.]*"))
        if not paths:
            raise NotFoundError("The files of this data set are no longer here: upload them again.")
        return {path.name: path for path in paths}

    def read_options(self, digest: str) -> ReadOptions:
        """Return how a data set's files are to be read, as far as a person said so.

        Raises
        ------
        DamagedFileError
            If the file is not what was kept for this data set.
        """
        path = self.dataset(digest) / READ_OPTIONS
        try:
            kept = read_sealed(path.read_bytes().decode())
            if kept["dataset"] != digest:
                raise ValueError("these are the options of another data set")
            return ReadOptions.model_validate(kept["options"])
        except FileNotFoundError:
            return ReadOptions()
        except (ValueError, KeyError) as error:
            raise DamagedFileError(path, "it is not what was kept", "bring the same file again") from error

    def disk_usage(self, *, datasets: set[str], jobs: set[str]) -> int:
        """Bytes on disk of these data sets and jobs."""
        folders = [self.dataset(d) for d in datasets] + [self.run(j) for j in jobs]
        return sum(artifacts.size(folder) for folder in folders if folder.exists())

    def total_weight(self) -> int:
        """Bytes on disk of all data sets and jobs, for all owners together."""
        return sum(artifacts.size(self.root / name) for name in ("datasets", "runs"))

    def activations_weight(self) -> int:
        """Bytes of what is kept of frozen parts, for all owners together."""
        return artifacts.size(self.activations) if self.activations.exists() else 0

    def trash(self, *, datasets: Iterable[str] = (), jobs: Iterable[str] = ()) -> None:
        """Take these data sets and jobs out of sight at once; `empty` deletes their files.

        A rename inside the transaction that deletes the rows: who asks for the same thing a moment later
        finds no folder, and never half of one.
        """
        for folder in [self.dataset(d) for d in datasets] + [self.run(j) for j in jobs]:
            with contextlib.suppress(FileNotFoundError):
                folder.rename(self._aside / f"{folder.name}-{secrets.token_hex(4)}")

    def empty_trash(self) -> None:
        """Delete the files of what was set aside."""
        for folder in self._aside.iterdir():
            shutil.rmtree(folder, ignore_errors=True)
