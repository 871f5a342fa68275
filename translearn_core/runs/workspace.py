"""Folders of a workspace: paths, sizes, storing and deleting of files."""

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from translearn_core.config import ReadOptions
from translearn_core.config.table_edits import TableEdits
from translearn_core.data.table_edits import apply_edits
from translearn_core.errors import DamagedFileError, NotFoundError, WorkspaceError
from translearn_core.errors.os_errors import explain_os_error, quoted
from translearn_core.results.training.run_summary import WEIGHTS_MARK
from translearn_core.runs import artifacts, permissions
from translearn_core.storage import atomic_file, atomic_folder, read_sealed, seal, verify_file

OWNER_ONLY = 0o700

MODELS = ("model", "targets/*/model")
"""Patterns of the models of a training, in its folder: its own, or those of several targets."""
WEIGHTS = (*MODELS, "*checkpoint.pt*")
"""Patterns of the files with the weights of a training: its models and its checkpoints."""

BACKBONE = "backbone"
"""Folder of the backbone, in the folder of a pretraining job."""

READ_OPTIONS, EDITS, TABLE = "read_options.json", "edits.json", "table.parquet"
"""Files of the read options, the edits and the table as it came, in a data set's folder."""


def absolute(root: Path) -> Path:
    """Return the absolute path of a workspace's folder.

    Raises
    ------
    WorkspaceError
        If ``~`` cannot be expanded, or its links are broken.
    """
    try:
        return root.expanduser().resolve()
    except (RuntimeError, OSError) as error:
        raise WorkspaceError(
            f"The workspace {quoted(root)} is no folder ({error}): set TRANSLEARN_WORKSPACE to one."
        ) from error


def digest_of(files: Mapping[str, bytes], options: ReadOptions, edits: TableEdits | None = None) -> str:
    """Return the digest that names a data set, of its files by part, its read options and its edits."""
    digest = hashlib.sha256()
    for part in sorted(files):
        digest.update(f"{part}:{len(files[part])}:".encode())
        digest.update(hashlib.sha256(files[part]).digest())
    if options.given:
        digest.update(options.model_dump_json().encode())
    if edits is not None:
        later = None if edits.earlier else {"earlier"}  # of no earlier version
        digest.update(edits.model_dump_json(exclude=later).encode())
    return digest.hexdigest()[:20]


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


class Workspace:
    """Layout of a workspace's folder."""

    def __init__(self, root: Path) -> None:
        """Create missing folders, accessible to the owner only.

        Raises
        ------
        WorkspaceError
            If the folder is missing and cannot be created; an existing one may be read-only or full.
        """
        self.root = absolute(root)
        self._trash_folder = self.root / ".removed"
        folders = (self.root, self.root / "datasets", self.root / "runs", self._trash_folder)
        try:
            self.root.parent.mkdir(parents=True, exist_ok=True)
            for folder in folders:
                folder.mkdir(OWNER_ONLY, exist_ok=True)
        except OSError as error:
            if isinstance(error, FileExistsError) or not os.path.isdir(self.root):  # Path.is_dir raises
                raise explain_os_error(error, self.root) or error from error
        permissions.restrict_to_owner(self.root)

    @property
    def database(self) -> Path:
        """Path of the SQLite file."""
        return self.root / "translearn.sqlite"

    def dataset(self, digest: str) -> Path:
        """Folder of the data set with this digest."""
        return self.root / "datasets" / digest

    @property
    def activations(self) -> Path:
        """Folder of the activation cache, shared by all runs."""
        return self.root / "activations"

    def run(self, job: str) -> Path:
        """Folder of the job with this id."""
        return self.root / "runs" / job

    def weights(self, job: str) -> list[Path]:
        """Return the files and folders with the weights of a training."""
        return [path for pattern in WEIGHTS for path in self.run(job).glob(pattern)]

    def weights_deleted(self, job: str) -> bool:
        """Whether the weights of a training were deleted, and it was not trained again since."""
        folder = self.run(job)
        models = (path for pattern in MODELS for path in folder.glob(pattern))
        return (folder / WEIGHTS_MARK).exists() and next(models, None) is None

    def weights_disk_usage(self, job: str) -> int:
        """Return the bytes of the weights of a training."""
        paths = self.weights(job)
        return sum(artifacts.size(path) if path.is_dir() else path.stat().st_size for path in paths)

    def delete_weights(self, job: str) -> None:
        """Delete the weights of a training; its results stay."""
        (self.run(job) / WEIGHTS_MARK).touch()
        for path in self.weights(job):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def job_of(self, path: Path) -> str | None:
        """Return the job whose folder contains `path`; None if there is none."""
        runs = self.root / "runs"
        return path.relative_to(runs).parts[0] if path != runs and path.is_relative_to(runs) else None

    def backbone(self, job: str) -> Path:
        """Folder of the backbone made by a pretraining job."""
        return self.run(job) / BACKBONE

    def converted_backbone(self, id: str) -> Path:
        """Folder of a bundled backbone that was converted on its first use."""
        return self.root / "backbones" / id

    def keep_files(
        self,
        files: Mapping[str, bytes],
        options: ReadOptions | None = None,
        edits: TableEdits | None = None,
    ) -> str:
        """Store a data set's files by part (train, validation, test), and return its digest.

        Equal files with equal options and edits are stored once; damaged copies are repaired.
        """
        options = options or ReadOptions()
        name = digest_of(files, options, edits)
        folder = self.dataset(name)
        contents = {Path("source", part): data for part, data in files.items()}
        if options.given:
            text = seal({"dataset": name, "options": options.model_dump()})
            contents[Path(READ_OPTIONS)] = text.encode()
        if edits is not None:
            contents[Path(EDITS)] = seal({"dataset": name, "edits": edits.model_dump(mode="json")}).encode()
        if not folder.exists():
            with atomic_folder(folder, checksums=False, replace=False) as draft:
                (draft / "source").mkdir()
                for path, data in contents.items():
                    (draft / path).write_bytes(data)
        for path, data in contents.items():
            if not _holds(folder / path, data):  # damaged
                with atomic_file(folder / path, checksum=False) as draft:
                    draft.write_bytes(data)
        return name

    def sources(self, digest: str) -> dict[str, Path]:
        """Return the files of a data set by part, after verifying them and its options.

        Raises
        ------
        NotFoundError
            If they were deleted.
        DamagedFileError
            If they differ from what was uploaded.
        """
        paths = self.source_paths(digest)
        files = {part: path.read_bytes() for part, path in paths.items()}
        if digest_of(files, self.read_options(digest), self.edits(digest)) != digest:
            subject = self.dataset(digest) / "source"
            raise DamagedFileError(subject, "it is not what was brought", "bring the same file again")
        return paths

    def source_paths(self, digest: str) -> dict[str, Path]:
        """Return the files of a data set by part, unverified; raises `NotFoundError` if they were deleted."""
        paths = sorted((self.dataset(digest) / "source").glob("[!.]*"))
        if not paths:
            raise NotFoundError("The files of this data set are no longer here: upload them again.")
        return {path.name: path for path in paths}

    def read_options(self, digest: str) -> ReadOptions:
        """Return the read options of a data set; raises `DamagedFileError` if their file was changed."""
        content = self._sealed(digest, READ_OPTIONS, "options")
        return ReadOptions() if content is None else ReadOptions.model_validate(content)

    def edits(self, digest: str) -> TableEdits | None:
        """Return the edits of a version of a data set, None for files as they came.

        Raises
        ------
        DamagedFileError
            If their file differs from what was written.
        """
        content = self._sealed(digest, EDITS, "edits")
        return None if content is None else TableEdits.model_validate(content)

    def original_table(self, digest: str) -> pd.DataFrame:
        """Return the stored table of a data set without its edits.

        Raises
        ------
        FileNotFoundError
            If it has not been read yet.
        DamagedFileError, ValueError, OSError
            If the copy is damaged.
        """
        path = self.dataset(digest) / TABLE
        verify_file(path, "it is read again from its source")
        return pd.read_parquet(path)

    def edited_table(self, digest: str) -> pd.DataFrame:
        """Return the stored table of a data set with its edits; raises as `original_table` does."""
        table, edits = self.original_table(digest), self.edits(digest)
        return table if edits is None else apply_edits(table, edits)

    def _sealed(self, digest: str, name: str, field: str) -> Any:
        """Return a field of a sealed file in a data set's folder; None if there is no such file."""
        path = self.dataset(digest) / name
        try:
            content = read_sealed(path.read_bytes().decode())
            if content["dataset"] != digest:
                raise ValueError("this file belongs to another data set")
            return content[field]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError) as error:
            raise DamagedFileError(path, "it is not what was kept", "bring the same file again") from error

    def disk_usage(self, *, datasets: set[str], jobs: set[str]) -> int:
        """Return the bytes on disk of these data sets and jobs."""
        folders = [self.dataset(d) for d in datasets] + [self.run(j) for j in jobs]
        return sum(artifacts.size(folder) for folder in folders if folder.exists())

    def total_disk_usage(self) -> int:
        """Return the bytes on disk of all data sets and jobs of all owners."""
        return sum(artifacts.size(self.root / name) for name in ("datasets", "runs"))

    def activation_cache_disk_usage(self) -> int:
        """Return the bytes of the activation cache."""
        return artifacts.size(self.activations) if self.activations.exists() else 0

    def trash(self, *, datasets: Iterable[str] = (), jobs: Iterable[str] = ()) -> None:
        """Move the folders of data sets and jobs to the trash; `empty_trash` deletes them.

        Called inside the transaction that deletes the rows, so that later readers find no folder rather than
        a partial one.
        """
        for folder in [self.dataset(d) for d in datasets] + [self.run(j) for j in jobs]:
            with contextlib.suppress(FileNotFoundError):
                folder.rename(self._trash_folder / f"{folder.name}-{secrets.token_hex(4)}")

    def empty_trash(self) -> None:
        """Delete the folders in the trash."""
        for folder in self._trash_folder.iterdir():
            shutil.rmtree(folder, ignore_errors=True)
