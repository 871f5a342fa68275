"""The folders of a workspace: where data sets and runs lie, what they weigh, and how files come in and go."""

import contextlib
import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from translearn_core.errors import NotFoundError
from translearn_core.runs import artifacts

BACKBONE = "backbone"
"""The folder, in that of a pre-training, of the backbone it made."""


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

    def backbone(self, job: str) -> Path:
        """Folder of the backbone that a pre-training made."""
        return self.run(job) / BACKBONE

    def keep_files(self, files: Mapping[str, bytes]) -> str:
        """Store a data set's files, by part (train, validation, test), and return their common digest.

        The same bytes are stored once, whoever brings them.
        """
        digest = hashlib.sha256()
        for part in sorted(files):
            digest.update(f"{part}:{len(files[part])}:".encode())
            digest.update(hashlib.sha256(files[part]).digest())
        name = digest.hexdigest()[:20]
        home = self.dataset(name)
        if not home.exists():
            draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.root / "datasets"))
            (draft / "source").mkdir()
            for part, data in files.items():
                (draft / "source" / part).write_bytes(data)
            draft.chmod(0o755)
            try:
                draft.rename(home)
            except OSError:  # somebody brought the same bytes a moment earlier
                shutil.rmtree(draft)
        return name

    def sources(self, digest: str) -> dict[str, Path]:
        """Files of a data set by part; raises `NotFoundError` if they are gone."""
        paths = sorted((self.dataset(digest) / "source").glob("*"))
        if not paths:
            raise NotFoundError("The files of this data set are no longer here: upload them again.")
        return {path.name: path for path in paths}

    def weight(self, *, datasets: set[str], jobs: set[str]) -> int:
        """Bytes on disk of these data sets and jobs."""
        folders = [self.dataset(d) for d in datasets] + [self.run(j) for j in jobs]
        return sum(artifacts.size(folder) for folder in folders if folder.exists())

    def total_weight(self) -> int:
        """Bytes on disk of all data sets and jobs, for all owners together."""
        return sum(artifacts.size(self.root / name) for name in ("datasets", "runs"))

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
