"""Whose browser this is: a random cookie only the server reads, and the name the store knows it by."""

import hashlib
import re
import secrets

COOKIE = "translearn_owner"
YEAR = 365 * 24 * 3600

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Return a fresh cookie value of 256 random bits."""
    return secrets.token_urlsafe(32)


def well_formed(token: str | None) -> bool:
    """Whether a cookie value is one that this server gave out, by its form."""
    return token is not None and _TOKEN.fullmatch(token) is not None


def owner_of(token: str) -> str:
    """Return the store's owner for a cookie: a digest, so that the database holds no key to a workspace."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]
