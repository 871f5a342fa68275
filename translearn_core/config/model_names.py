"""A backbone by the name a person gives it: an id, a folder, or the address of a model's page on the Hub."""

import re
from urllib.parse import unquote, urlsplit

BUNDLED = "all-MiniLM-L6-v2"
"""The backbone that ships with the project and works with no network."""

_BUNDLED_NAMES = frozenset({BUNDLED.lower(), f"sentence-transformers/{BUNDLED}".lower()})
_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co", "www.hf.co"})
_QUOTES = ('""', "''", "``", "<>", "“”", "‘’", "„“", "«»")
_NO_MODEL = frozenset({"datasets", "spaces", "collections", "docs", "papers", "blog", "models", "learn"})
"""Where the pages of the Hub lead that show no model."""
_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_VIEWS = frozenset({"tree", "blob", "resolve", "raw", "commit", "commits"})
"""What a model's address goes on with where a revision follows."""


def parse_model_name(text: str, revision: str | None = None) -> tuple[str, str | None]:
    """Return the id or folder that `text` means, and the revision: `revision`, or the one an address names.

    Examples
    --------
    >>> parse_model_name(" https://huggingface.co/owner/name/tree/v2 ")
    ('owner/name', 'v2')
    >>> parse_model_name("hf://owner/name", "v3")
    ('owner/name', 'v3')
    >>> parse_model_name("sentence-transformers/all-minilm-l6-v2")
    ('all-MiniLM-L6-v2', None)
    """
    name, named = _from_address(_bare(text))
    wanted = revision or named
    if name.lower() in _BUNDLED_NAMES and wanted in (None, "main"):
        return BUNDLED, None
    return name, wanted


def is_address(name: str) -> bool:
    """Whether `name` is an address in the web or on the Hub rather than an id or a folder."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", name) is not None or _host(name) in _HOSTS


def _bare(text: str) -> str:
    """Return `text` without blanks and quotes around it and slashes behind it."""
    before, bare = "", text
    while bare != before:
        before, bare = bare, bare.strip()
        if len(bare) > 1 and bare[0] + bare[-1] in _QUOTES:
            bare = bare[1:-1]
        bare = bare.rstrip("/") or bare[:1]
    return bare


def _from_address(name: str) -> tuple[str, str | None]:
    """Return id and revision of an address that leads to a model; anything else as it is."""
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
    # what comes out means the same when it is read again: a job's configuration is
    if model is None or not _ID.fullmatch(model[0]) or is_address(model[0]):
        return name, None
    return model


def _from_page(parts: list[str]) -> tuple[str, str | None] | None:
    """Return id and revision of a page of the Hub, by the parts of its path."""
    if not parts or parts[0] in _NO_MODEL:
        return None
    legacy = len(parts) == 1 or parts[1] in _VIEWS  # the oldest models have no owner
    id, rest = ("/".join(parts[:1]), parts[1:]) if legacy else ("/".join(parts[:2]), parts[2:])
    revision = rest[1] if len(rest) > 1 and rest[0] in _VIEWS else "main"
    return id.removesuffix(".git"), None if revision == "main" else revision


def _from_file_system(parts: list[str]) -> tuple[str, str | None] | None:
    """Return id and revision of ``hf://owner/name@revision/…``, as the Hub's file system writes it."""
    parts = parts[1:] if parts[0] == "models" else parts
    if not parts or parts[0] in _NO_MODEL:
        return None
    id, _, revision = "/".join(parts[:2]).partition("@")
    return id, None if revision in ("", "main") else revision


def _host(name: str) -> str:
    return name.partition("/")[0].lower()
