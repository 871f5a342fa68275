"""Migrate a database that an earlier version made: names of job kinds that have changed since."""

from collections.abc import Callable

from sqlalchemy import Connection, Engine, column, select, table, update

KINDS = {
    "size": "download_size",
    "anatomy": "backbone_info",
    "calibrate": "profile",
    "find_rate": "lr_finder",
    "alter": "augmentation_preview",
    "replay": "snapshots",
    "project": "projection",
    "walk": "projection_animation",
    "curve": "label_efficiency",
    "trust": "error_analysis",
    "advise": "advice",
}
"""Kinds of jobs by their names in version 1, and by those since version 2."""


_meta = table("meta", column("key"), column("value"))
_jobs = table("jobs", column("kind"))


def migrate(engine: Engine, version: str, newest: int) -> str:
    """Bring a database to the newest version, step by step; returns the version it has then.

    A database of a version that is not known stays as it is.
    """
    while version in STEPS and version != str(newest):
        with engine.begin() as connection:
            found = connection.scalar(select(_meta.c.value).where(_meta.c.key == "schema"))
            if found == version:  # no other process was first
                STEPS[version](connection)
                following = str(int(version) + 1)
                connection.execute(update(_meta).where(_meta.c.key == "schema").values(value=following))
                found = following
            version = str(found)
    return version


def _rename_kinds(connection: Connection) -> None:
    for old, new in KINDS.items():
        connection.execute(update(_jobs).where(_jobs.c.kind == old).values(kind=new))


STEPS: dict[str, Callable[[Connection], None]] = {"1": _rename_kinds}
"""What leads from each version to the next."""
