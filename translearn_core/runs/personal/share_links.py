"""Share links: one thing of an owner that everybody who has its token may read.

The database holds the token itself, so that its owner can list and copy a link again. Whoever reads the
database and the workspace has the results already, and a link opens less than that until it is revoked.
"""

import re
import secrets
import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import delete, insert, select

from translearn_core.config import BaseConfig, ExperimentConfig
from translearn_core.config.base import job_id
from translearn_core.errors import ConfigError, NotFoundError
from translearn_core.jobs import TRAIN, ProjectConfig
from translearn_core.runs.database.schema import share_links
from translearn_core.runs.store import RunStore
from translearn_core.runs.studies.store import Studies

NO_LINK = "This link opens nothing: it was revoked, it has ended, or it was never made."
"""Message for a token that is revoked, ended or unknown, which look the same to a visitor."""
MOST_LINKS = 500
"""Share links of one owner."""
MOST_RUNS = 50
"""Runs of a shared comparison."""
MOST_SELECTED = 2_000
"""Selected rows of a shared projection."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class SharedRun(BaseConfig):
    """A training run with its finished diagnostics."""

    kind: Literal["run"] = "run"
    run: str = Field(max_length=24)


class SharedStudy(BaseConfig):
    """A study with its comparison."""

    kind: Literal["study"] = "study"
    study: str = Field(max_length=24)


class SharedComparison(BaseConfig):
    """Several runs side by side."""

    kind: Literal["comparison"] = "comparison"
    runs: tuple[str, ...] = Field(min_length=1, max_length=MOST_RUNS)


class SharedProjection(BaseConfig):
    """A projection of a run, its colouring and the selected rows (indices into the prepared rows)."""

    kind: Literal["projection"] = "projection"
    run: str = Field(max_length=24)
    projection: ProjectConfig
    colour: str = Field(max_length=20)
    rows: tuple[int, ...] = Field((), max_length=MOST_SELECTED)


class SharedSettings(BaseConfig):
    """A whole configuration, as it was when it was shared."""

    kind: Literal["settings"] = "settings"
    experiment: ExperimentConfig


Subject = SharedRun | SharedStudy | SharedComparison | SharedProjection | SharedSettings
"""What a link shows."""

_SUBJECTS: TypeAdapter[Subject] = TypeAdapter(Annotated[Subject, Field(discriminator="kind")])


@dataclass(frozen=True)
class ShareLink:
    """A link: its token, what it shows and of whom; `ends` in seconds since 1970, None = when revoked."""

    id: str
    token: str
    owner: str
    name: str
    subject: Subject
    created: float
    ends: float | None

    @property
    def ended(self) -> bool:
        """Whether its end has passed."""
        return self.ends is not None and time.time() >= self.ends


class ShareLinks:
    """Share links in a store."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def make(self, owner: str, subject: Subject, name: str, ends: float | None = None) -> ShareLink:
        """Return a new link to something of the owner; it replaces an earlier one to the same.

        Raises
        ------
        NotFoundError
            If the owner does not have it.
        ConfigError
            If the end has passed, or there are too many links.
        """
        self._check_owned(owner, subject)
        if ends is not None and ends <= time.time():
            raise ConfigError(
                "end of the link", time.strftime("%Y-%m-%d", time.localtime(ends)), "a later day"
            )
        if len(self.all(owner)) >= MOST_LINKS:
            raise ConfigError("links", MOST_LINKS, "fewer: revoke some on the Runs page")
        content = _content(subject)
        row = {
            "id": secrets.token_hex(8),
            "token": secrets.token_urlsafe(32),
            "owner": owner,
            "name": name[:200] or subject.kind,
            "subject": content,
            "created": time.time(),
            "ends": ends,
        }
        columns = share_links.c
        with self._store.writing() as db:
            db.execute(delete(share_links).where(columns.owner == owner, columns.subject == content))
            db.execute(insert(share_links).values(**row))
        return ShareLink(**{**row, "subject": subject})  # type: ignore[arg-type]

    def all(self, owner: str) -> list[ShareLink]:
        """Return the owner's links, newest first, ended ones too."""
        query = select(share_links).where(share_links.c.owner == owner)
        with self._store.reading() as db:
            rows = db.execute(query.order_by(share_links.c.created.desc())).all()
        return [link for row in rows if (link := _link(row)) is not None]

    def find(self, owner: str, subject: Subject) -> ShareLink | None:
        """Return the owner's link to `subject`, if it was made and has not ended."""
        content = _content(subject)
        found = (link for link in self.all(owner) if _content(link.subject) == content and not link.ended)
        return next(found, None)

    def open(self, token: str) -> ShareLink:
        """Return the link of a token.

        Raises
        ------
        NotFoundError
            If it is unknown, revoked or ended; with the same message.
        """
        if _TOKEN.fullmatch(token) is None:
            raise NotFoundError(NO_LINK)
        with self._store.reading() as db:
            row = db.execute(select(share_links).where(share_links.c.token == token)).one_or_none()
        link = None if row is None else _link(row)
        if link is None or link.ended or not secrets.compare_digest(link.token.encode(), token.encode()):
            raise NotFoundError(NO_LINK)
        return link

    def revoke(self, owner: str, link: str) -> bool:
        """Delete one of the owner's links; returns whether there was one."""
        columns = share_links.c
        with self._store.writing() as db:
            result = db.execute(delete(share_links).where(columns.owner == owner, columns.id == link))
        return bool(result.rowcount)

    def _check_owned(self, owner: str, subject: Subject) -> None:
        match subject:
            case SharedRun(run=run):
                self._store.run(owner, run, TRAIN)
            case SharedStudy(study=study):
                Studies(self._store).get(owner, study)
            case SharedComparison(runs=runs):
                for run in runs:
                    self._store.run(owner, run, TRAIN)
            case SharedProjection(run=run, projection=projection):
                if self._store.run(owner, run, TRAIN).job.id != projection.job:
                    raise ConfigError("projection", projection.job, "a projection of the shared run")
                self._store.run(owner, job_id(projection))
            case SharedSettings():
                pass


def _content(subject: Subject) -> str:
    return subject.model_dump_json()


def _link(row: Any) -> ShareLink | None:
    """Parse a row; None if this version cannot read what it shows."""
    try:
        subject = _SUBJECTS.validate_json(row.subject)
    except ValidationError:
        return None
    return ShareLink(**{**row._mapping, "subject": subject})
