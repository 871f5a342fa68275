"""Data sets of a workspace by owner, and their versions."""

import secrets
import time
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import and_, delete, exists, insert, or_, select, update

from translearn_core.config import ReadOptions
from translearn_core.config.settings import Settings, settings
from translearn_core.config.table_edits import Edit, TableEdits
from translearn_core.errors import NotFoundError, QuotaError
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.runs.database.schema import datasets, edit_drafts, job_owners, jobs, studies
from translearn_core.runs.database.transitions import inserted
from translearn_core.runs.queue import MODELS
from translearn_core.runs.quotas import Quotas
from translearn_core.runs.records import Dataset, State
from translearn_core.runs.rooms.work import record_work

EDITS: TypeAdapter[tuple[Edit, ...]] = TypeAdapter(tuple[Edit, ...])


class DatasetStore(Quotas):
    """Data sets of one workspace; those of other owners raise `NotFoundError`."""

    def add_dataset(
        self,
        owner: str,
        name: str,
        files: dict[str, bytes],
        limits: Settings | None = None,
        options: ReadOptions | None = None,
        edits: TableEdits | None = None,
    ) -> Dataset:
        """Store a data set's files by part (``train``, ``validation``, ``test``), read options and edits.

        Equal files, options and edits are the same data set.

        Raises
        ------
        QuotaError
            If a file, or the owner's total, exceeds the limits of the settings.
        """
        limits = limits or settings()
        for part, data in files.items():
            if len(data) > limits.max_upload_mb * 1_000_000:
                raise QuotaError(
                    f"The {part} file has {len(data) / 1e6:.0f} MB; this installation takes "
                    f"{limits.max_upload_mb} MB: upload fewer rows, or have TRANSLEARN_MAX_UPLOAD_MB raised."
                )
        size = sum(map(len, files.values()))
        self.check_quota(owner, limits, size)
        digest = self.workspace.keep_files(files, options, edits)
        row = {
            "id": secrets.token_hex(8),
            "owner": owner,
            "name": name[:200] or "data",
            "digest": digest,
            "bytes": size,
            "created": time.time(),
        }
        with self._engine.begin() as db:
            if inserted(db, datasets, row):
                record_work(db, owner, str(row["id"]))
            else:
                existing = (datasets.c.owner == owner, datasets.c.digest == digest)
                values = {"created": row["created"], "name": row["name"]}
                db.execute(update(datasets).where(*existing).values(**values))
        if not self.workspace.dataset(digest).exists():  # another owner deleted it before the row existed
            self.workspace.keep_files(files, options, edits)
        return next(d for d in self.datasets(owner) if d.digest == digest)

    def add_version(self, owner: str, dataset: str, edits: Sequence[Edit]) -> Dataset:
        """Store a new version of a data set: its files with its earlier edits and then these.

        Equal edits are the same version.

        Raises
        ------
        ConfigError
            If there are no edits, or too many.
        """
        current = self.dataset(owner, dataset)
        earlier = self.workspace.edits(current.digest)
        versions = self.versions(owner, dataset)
        number = self.version_number(versions[-1].digest) + 1
        try:
            all_edits = TableEdits(
                original=earlier.original if earlier else current.digest,
                number=number,
                edits=(*(earlier.edits if earlier else ()), *edits),
                earlier=(*earlier.earlier, len(earlier.edits)) if earlier else (),
            )
        except ValidationError as error:
            raise explain_validation_error(error) from None
        for version in versions:
            stored = self.workspace.edits(version.digest)
            if stored is not None and stored.edits == all_edits.edits:
                return version
        files = {part: path.read_bytes() for part, path in self.workspace.sources(current.digest).items()}
        name = current.name.removesuffix(_version_suffix(self.version_number(current.digest)))
        options = self.workspace.read_options(current.digest)
        suffix = _version_suffix(number)
        return self.add_dataset(
            owner, name[: 200 - len(suffix)] + suffix, files, options=options, edits=all_edits
        )

    def draft_edits(self, owner: str, dataset: str) -> tuple[Edit, ...]:
        """Return the owner's edits of a data set that are not a version yet."""
        digest = self.dataset(owner, dataset).digest
        query = select(edit_drafts.c.edits).where(
            edit_drafts.c.owner == owner, edit_drafts.c.dataset == digest
        )
        with self._reader.begin() as db:
            stored = db.scalar(query)
        return EDITS.validate_json(stored) if stored else ()

    def save_draft_edits(self, owner: str, dataset: str, edits: Sequence[Edit]) -> None:
        """Replace the owner's edits of a data set that are not a version yet."""
        digest = self.dataset(owner, dataset).digest
        row = {"owner": owner, "dataset": digest, "edits": EDITS.dump_json(tuple(edits)).decode()}
        with self._engine.begin() as db:
            db.execute(
                delete(edit_drafts).where(edit_drafts.c.owner == owner, edit_drafts.c.dataset == digest)
            )
            if edits:
                db.execute(insert(edit_drafts).values(**row))

    def versions(self, owner: str, dataset: str) -> list[Dataset]:
        """Return the owner's versions of a data set, itself among them, oldest first."""
        digest = self.dataset(owner, dataset).digest
        originals = {d.digest: self._original(d.digest) for d in self.datasets(owner)}
        same = [d for d in self.datasets(owner) if originals[d.digest] == originals[digest]]
        return sorted(same, key=lambda d: self.version_number(d.digest))

    def version_number(self, digest: str) -> int:
        """Return the number of a version, 1 for files as they came."""
        edits = self.workspace.edits(digest)
        return edits.number if edits else 1

    def _original(self, digest: str) -> str:
        edits = self.workspace.edits(digest)
        return edits.original if edits else digest

    def datasets(self, owner: str) -> list[Dataset]:
        """Return the owner's data sets, newest first."""
        with self._reader.begin() as db:
            rows = db.execute(
                select(datasets).where(datasets.c.owner == owner).order_by(datasets.c.created.desc())
            ).all()
        return [Dataset(**row._mapping) for row in rows]

    def dataset(self, owner: str, dataset: str) -> Dataset:
        """Return one of the owner's data sets, by id or digest."""
        for candidate in self.datasets(owner):
            if dataset in (candidate.id, candidate.digest):
                return candidate
        raise NotFoundError(
            "There is no such data set in your workspace: it was deleted, or the link is somebody else's."
        )

    def delete_dataset(self, owner: str, dataset: str) -> None:
        """Delete a data set, the owner's runs and studies on it, and files without another owner."""
        digest = self.dataset(owner, dataset).digest
        with self._engine.begin() as db:
            direct = select(jobs.c.id).where(jobs.c.dataset == digest)
            derived = and_(jobs.c.parent.in_(direct), jobs.c.kind.not_in(MODELS))
            ids = select(jobs.c.id).where(or_(jobs.c.dataset == digest, derived))
            db.execute(delete(job_owners).where(job_owners.c.owner == owner, job_owners.c.job.in_(ids)))
            for table, column in ((datasets, datasets.c.digest), (edit_drafts, edit_drafts.c.dataset)):
                db.execute(delete(table).where(table.c.owner == owner, column == digest))
            db.execute(delete(studies).where(studies.c.owner == owner, studies.c.dataset == digest))
            in_use = exists().where(jobs.c.dataset == digest, jobs.c.state == str(State.RUNNING))
            if not db.scalar(select(or_(exists().where(datasets.c.digest == digest), in_use))):
                self.workspace.trash(datasets=[digest])
        self.sweep()


def _version_suffix(number: int) -> str:
    return f", version {number}" if number > 1 else ""
