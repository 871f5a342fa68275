"""Migrations of the database from earlier versions."""

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
"""Kinds of jobs: names in version 1 to names in version 2."""

_meta = table("meta", column("key"), column("value"))
_jobs = table("jobs", column("kind"))


def migrate(engine: Engine, version: str, newest: int) -> str:
    """Migrate a database to the newest version and return its version; unknown versions stay unchanged."""
    while version in STEPS and version != str(newest):
        with engine.begin() as connection:
            current = connection.scalar(select(_meta.c.value).where(_meta.c.key == "schema"))
            if current == version:  # not yet migrated by another process
                STEPS[version](connection)
                current = int(version) + 1
                connection.execute(update(_meta).where(_meta.c.key == "schema").values(value=str(current)))
            version = str(current)
    return version


def _rename_kinds(connection: Connection) -> None:
    for old, new in KINDS.items():
        connection.execute(update(_jobs).where(_jobs.c.kind == old).values(kind=new))


STEPS: dict[str, Callable[[Connection], None]] = {"1": _rename_kinds}
"""Migration from each version to the next."""
