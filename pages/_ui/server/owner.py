"""Owner of a browser: a signed random cookie, and the owner id derived from it.

A browser holds ``<token>.<signature>`` under a name specific to this installation, since cookies are shared
between ports of one host. Behind the middleware the cookie `COOKIE` holds the verified token.
"""

import hashlib
import hmac
import logging
import re
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filelock import FileLock

from translearn_core.config.settings import settings
from translearn_core.storage import atomic_file

log = logging.getLogger("translearn.pages")

COOKIE = "translearn_owner"
YEAR = 365 * 24 * 3600
KEY_FILE = "cookie.key"
KEY_BYTES = 32

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class CookieKey:
    """The secret that signs owner cookies."""

    secret: bytes

    @property
    def cookie(self) -> str:
        """Name of the cookie that browsers hold."""
        return f"{COOKIE}_{hashlib.sha256(self.secret).hexdigest()[:8]}"

    def signed(self, token: str) -> str:
        """Return the cookie's value for a token."""
        return f"{token}.{hmac.new(self.secret, token.encode(), hashlib.sha256).hexdigest()}"

    def verified(self, value: str | None) -> str | None:
        """Return the token of a cookie's value, None if its signature is invalid."""
        token = (value or "").partition(".")[0]
        if value is None or not well_formed(token):
            return None
        return token if hmac.compare_digest(self.signed(token).encode(), value.encode()) else None


def cookie_key() -> CookieKey:
    """Return this installation's key; created at the first call in the workspace folder."""
    return CookieKey(read_or_create_secret(settings().workspace.expanduser() / KEY_FILE))


@cache
def read_or_create_secret(path: Path) -> bytes:
    """Return the secret in the file `path`; create it if missing, readable by its user only.

    If it cannot be stored, use a temporary one: the app starts and its pages show what is wrong.
    """
    try:
        return _read(path) or _create(path)
    except OSError as error:
        log.warning("the key of cookies cannot be kept in %s: %s", path, error)
        return secrets.token_bytes(KEY_BYTES)


def _read(path: Path) -> bytes | None:
    if not path.exists() or path.stat().st_size != KEY_BYTES:
        return None
    return path.read_bytes()


def _create(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock"), mode=0o600):
        if (secret := _read(path)) is not None:
            return secret
        with atomic_file(path, checksum=False) as draft:
            draft.write_bytes(secrets.token_bytes(KEY_BYTES))
        return path.read_bytes()


def new_token() -> str:
    """Return a fresh token of 256 random bits."""
    return secrets.token_urlsafe(32)


def well_formed(token: str | None) -> bool:
    """Whether a text has the form of a token."""
    return token is not None and _TOKEN.fullmatch(token) is not None


def owner_of(token: str) -> str:
    """Return the owner id of a token: a digest, so that the database does not hold the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]
