"""Parsing of backbone names: ids, folders and addresses of the Hub."""

import re
from urllib.parse import unquote, urlsplit

BUNDLED = "all-MiniLM-L6-v2"
"""Backbone that ships with the project and needs no network."""

MULTILINGUAL = "multilingual-e5-small"
"""Backbone of about a hundred languages; a package of its own brings it, no network is needed."""

GLOVE = "glove-6b-50d"
"""Word vectors; a package of their own brings them, no network is needed."""

BUNDLED_BACKBONES = (BUNDLED, MULTILINGUAL, GLOVE)
"""Backbones that packages bring, the default first."""

TFIDF = "tf-idf"
"""Name in place of a backbone: counts of words and word pairs, no transfer."""

_BUNDLED_NAMES = frozenset({BUNDLED.lower(), f"sentence-transformers/{BUNDLED}".lower()})
_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co", "www.hf.co"})
_QUOTES = ('""', "''", "``", "<>", "“”", "‘’", "„“", "«»")
_OTHER_PAGES = frozenset({"datasets", "spaces", "collections", "docs", "papers", "blog", "models", "learn"})
"""First path components of Hub pages that are not models."""
_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_VIEWS = frozenset({"tree", "blob", "resolve", "raw", "commit", "commits"})
"""Path components that precede a revision."""


def parse_model_name(text: str, revision: str | None = None) -> tuple[str, str | None]:
    """Return id or folder, and revision: `revision`, or that of the address.

    Examples
    --------
    >>> parse_model_name(" https://huggingface.co/owner/name/tree/v2 ")
    ('owner/name', 'v2')
    >>> parse_model_name("hf://owner/name", "v3")
    ('owner/name', 'v3')
    >>> parse_model_name("sentence-transformers/all-minilm-l6-v2")
    ('all-MiniLM-L6-v2', None)
    """
    name, address_revision = _from_address(_bare(text))
    revision = revision or address_revision
    if name.lower() in _BUNDLED_NAMES and revision in (None, "main"):
        return BUNDLED, None
    if name.lower() in (MULTILINGUAL, GLOVE) and revision in (None, "main"):
        return name.lower(), None
    if name.lower() in (TFIDF, "tfidf"):
        return TFIDF, None
    return name, revision


def is_address(name: str) -> bool:
    """Whether `name` is a URL or an address of the Hub rather than an id or a folder."""
    return (
        re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", name) is not None or name.partition("/")[0].lower() in _HOSTS
    )


def _bare(text: str) -> str:
    """Strip surrounding blanks and quotes, and trailing slashes."""
    before, bare = "", text
    while bare != before:
        before, bare = bare, bare.strip()
        if len(bare) > 1 and bare[0] + bare[-1] in _QUOTES:
            bare = bare[1:-1]
        bare = bare.rstrip("/") or bare[:1]
    return bare


def _from_address(name: str) -> tuple[str, str | None]:
    """Return id and revision of a model's address; any other name unchanged."""
    if not is_address(name):
        return name, None
    try:
        address = urlsplit(name if "://" in name else f"https://{name}")
    except ValueError:
        return name, None
    parts = [unquote(part) for part in address.path.split("/") if part]
    scheme, host = address.scheme.lower(), address.netloc.lower()
    model: tuple[str, str | None] | None = None
    if scheme == "hf":
        model = _from_file_system([address.netloc, *parts])
    elif scheme in ("http", "https") and host in _HOSTS:
        model = _from_page(parts)
    # the result must parse to itself, since configurations are parsed again
    if model is None or not _ID.fullmatch(model[0]) or is_address(model[0]):
        return name, None
    return model


def _from_page(parts: list[str]) -> tuple[str, str | None] | None:
    """Return id and revision from the path of a Hub page."""
    if not parts or parts[0] in _OTHER_PAGES:
        return None
    legacy = len(parts) == 1 or parts[1] in _VIEWS  # legacy models have no owner
    id, rest = (parts[0], parts[1:]) if legacy else ("/".join(parts[:2]), parts[2:])
    revision = rest[1] if len(rest) > 1 and rest[0] in _VIEWS else "main"
    return id.removesuffix(".git"), None if revision == "main" else revision


def _from_file_system(parts: list[str]) -> tuple[str, str | None] | None:
    """Return id and revision of an ``hf://owner/name@revision/…`` path of the Hub's file system."""
    parts = parts[1:] if parts[0] == "models" else parts
    if not parts or parts[0] in _OTHER_PAGES:
        return None
    id, _, revision = "/".join(parts[:2]).partition("@")
    return id, None if revision in ("", "main") else revision
