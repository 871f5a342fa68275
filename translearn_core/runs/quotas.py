"""Disk usage of an owner, and its limits."""

from sqlalchemy import exists, or_, select

from translearn_core.config.settings import Settings
from translearn_core.errors import QuotaError
from translearn_core.runs.database.schema import datasets, job_owners
from translearn_core.runs.queue import Queue
from translearn_core.runs.rooms.work import files_of, in_rooms, seat_of


class Quotas(Queue):
    """Store that knows how many bytes each owner has."""

    def disk(self, owner: str) -> int:
        """Return the bytes of the owner's data sets and runs, without those that are counted to rooms."""
        own_data = (datasets.c.owner == owner, datasets.c.id.not_in(in_rooms()))
        own_runs = (job_owners.c.owner == owner, job_owners.c.id.not_in(in_rooms()))
        with self._reader.begin() as db:
            digests = set(db.scalars(select(datasets.c.digest).where(*own_data)))
            ids = set(db.scalars(select(job_owners.c.job).where(*own_runs)))
        return self.workspace.disk_usage(datasets=digests, jobs=ids)

    def room_disk(self, room: str) -> int:
        """Return the bytes of the data sets and runs that are counted to a room."""
        with self._reader.begin() as db:
            digests, ids = files_of(db, room)
        return self.workspace.disk_usage(datasets=digests, jobs=ids)

    def disk_of(self, job: str) -> int:
        """Return the bytes of one job's files."""
        return self.workspace.disk_usage(datasets=set(), jobs={job})

    def owns_anything(self, owner: str) -> bool:
        """Whether an owner has a data set or a run."""
        conditions = [exists().where(table.c.owner == owner) for table in (datasets, job_owners)]
        with self._reader.begin() as db:
            return bool(db.scalar(select(or_(*conditions))))

    def check_quota(self, owner: str, limits: Settings, size: int = 0) -> None:
        """Raise `QuotaError` if `size` more bytes exceed the limit of an owner, or of all together.

        The limit of who sits in a room is that of the room.
        """
        with self._reader.begin() as db:
            seat = db.execute(seat_of(owner)).first()
        if seat is not None:
            if (used := self.room_disk(seat.room)) + size > limits.max_room_mb * 1_000_000:
                raise QuotaError(
                    f"The data sets and runs of your class fill {used / 1e6:.0f} of {limits.max_room_mb} MB: "
                    "delete some of yours on the Runs page, or leave the class to work on your own."
                )
        elif (used := self.disk(owner)) + size > limits.max_owner_mb * 1_000_000:
            raise QuotaError(
                f"Your data sets and runs fill {used / 1e6:.0f} of {limits.max_owner_mb} MB: "
                "delete some on the Runs page."
            )
        if (used := self.workspace.total_disk_usage()) + size > limits.max_total_mb * 1_000_000:
            raise QuotaError(
                f"The data sets and runs of all people here fill {used / 1e6:.0f} of {limits.max_total_mb} "
                "MB: delete some of yours on the Runs page, or have TRANSLEARN_MAX_TOTAL_MB raised."
            )
