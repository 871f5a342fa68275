"""Reading claim files, which are YAML."""

from pathlib import Path

from pydantic import ValidationError

from translearn_core.claims.source_claim import SourceClaim
from translearn_core.errors import DataError, TranslearnError
from translearn_core.errors.validation_errors import explain_validation_error
from translearn_core.prepared_experiments.collection import Collection
from translearn_core.storage.documents import DocumentError, parse_yaml, read_text

MAX_BYTES = 50_000
"""Largest claim file."""


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
    return tuple(one.id for one in sorted(CLAIMS, key=lambda one: one.title))


def claim(id: str) -> SourceClaim:
    """Return a claim by its id; raises `NotFoundError` if there is none."""
    return CLAIMS.find(id)


CLAIMS = Collection("claim", "claims", ".yaml", read_claim, "translearn claims list")
