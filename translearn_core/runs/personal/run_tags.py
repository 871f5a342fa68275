"""Tags of runs, by owner."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import delete, insert, select

from translearn_core.errors import ConfigError
from translearn_core.runs.database.schema import job_owners, run_tags
from translearn_core.runs.store import RunStore

LONGEST_TAG, MOST_TAGS = 40, 20
"""Characters of a tag, and tags of one run."""


class RunTags:
    """Tags of the runs in a store."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def all(self, owner: str) -> dict[str, tuple[str, ...]]:
        """Return the tags of the owner's runs by run id, sorted; runs without tags are left out."""
        query = (
            select(run_tags)
            .join(job_owners, job_owners.c.id == run_tags.c.run)
            .where(job_owners.c.owner == owner)
            .order_by(run_tags.c.tag)
        )
        tags: dict[str, tuple[str, ...]] = defaultdict(tuple)
        with self._store.reading() as db:
            for run, tag in db.execute(query):
                tags[run] += (tag,)
        return dict(tags)

    def set(self, owner: str, run: str, tags: Iterable[str]) -> None:
        """Replace the tags of a run; white space is trimmed, empty tags and repetitions are left out.

        Raises
        ------
        NotFoundError
            If the owner has no such run.
        ConfigError
            If a tag is too long, or there are too many.
        """
        id = self._store.run(owner, run).id
        words = list(dict.fromkeys(filter(None, (" ".join(tag.split()) for tag in tags))))
        if longest := [word for word in words if len(word) > LONGEST_TAG]:
            raise ConfigError("tag", longest[0], f"a tag of at most {LONGEST_TAG} characters")
        if len(words) > MOST_TAGS:
            raise ConfigError("tags", len(words), f"at most {MOST_TAGS} tags for a run")
        with self._store.writing() as db:
            db.execute(delete(run_tags).where(run_tags.c.run == id))
            if words:
                db.execute(insert(run_tags), [{"run": id, "tag": word} for word in words])
