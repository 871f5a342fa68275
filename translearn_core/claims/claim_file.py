"""Reading claim files, which are YAML."""

import re
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from translearn_core.claims.source_claim import SourceClaim
from translearn_core.config.settings import app_root
from translearn_core.errors import DataError, NotFoundError, TranslearnError
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.storage.documents import DocumentError, parse_yaml, read_text

MAX_BYTES = 50_000
"""Largest claim file."""


def folder() -> Path:
    """Return the folder of the claims."""
    return app_root() / "assets" / "claims"


def read_claim(path: Path) -> SourceClaim:
    """Read a claim file.

    Raises
    ------
    DataError
        If it cannot be read or a field is invalid; the message names the file, the field and the fix.
    """
    try:
        values = parse_yaml(read_text(path, MAX_BYTES))
    except DocumentError as error:
        raise DataError(f"{path.name} {error}: give a claim file of YAML.") from None
    if not isinstance(values, dict):
        raise DataError(f"{path.name} holds no fields: give the claim's title, source, test and experiment.")
    try:
        return SourceClaim.model_validate({**values, "id": path.stem})
    except ValidationError as error:
        explained = str(explain_validation_error(error, lambda name: f"{path.name}: {name}"))
        raise DataError(
            explained if explained.startswith(path.name) else f"{path.name}: {explained}"
        ) from None
    except TranslearnError as error:
        raise DataError(f"{path.name}: {error}") from None


def claim_ids() -> tuple[str, ...]:
    """Return the ids of the claims, by title."""
    claims = [claim(path.stem) for path in folder().glob("*.yaml")]
    return tuple(one.id for one in sorted(claims, key=lambda one: one.title))


def claim(id: str) -> SourceClaim:
    """Return a claim by its id; raises `NotFoundError` if there is none."""
    path = folder() / f"{id}.yaml"
    if not re.fullmatch(r"[a-z][a-z0-9-]*", id) or not path.is_file():
        raise NotFoundError(f"There is no claim {id[:40]!r}: 'translearn claims list' shows those that are.")
    return _cached(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _cached(path: Path, changed: int) -> SourceClaim:  # noqa: ARG001
    return read_claim(path)
