"""Untrusted JSON and YAML, parsed within limits of size and depth."""

import json
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 64_000_000
"""Largest file that is read; the index of a model's weights has a few megabytes at most."""

MAX_DEPTH = 100
"""Deepest nesting of lists and mappings, well below Python's recursion limit."""

MAX_VALUES = 2_000_000
"""Most values of one YAML document, with every alias expanded."""

LFS_POINTER = "version https://git-lfs"


class DocumentError(ValueError):
    """A document cannot be read; the message is a clause to follow the document's name."""


class DocumentLimitError(DocumentError):
    """A document is nested too deeply or too large."""


def parse_json(text: str | bytes) -> Any:
    """Parse JSON; raises `DocumentError` if it is invalid or too deep."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise DocumentError(f"is not JSON ({error})") from None
    _measure(value, {}, 0)
    return value


def parse_yaml(text: str, loader: type[yaml.SafeLoader] = yaml.SafeLoader) -> Any:
    """Parse YAML; raises `DocumentError` if it is invalid, too large, too deep or recursive."""
    try:
        value = yaml.load(text, loader)
    except RecursionError:
        raise _too_deep() from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DocumentError(f"is not YAML{f', line {mark.line + 1}' if mark else ''}") from None
    except (ValueError, LookupError, AttributeError) as error:  # scalar constructors raise any of these
        raise DocumentError(f"holds a value that is none ({error})") from None
    if _measure(value, {}, 0)[1] > MAX_VALUES:
        raise DocumentLimitError(f"holds more than {MAX_VALUES:,} values")
    return value


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """Read a UTF-8 text file; raises `DocumentError` if it is missing or has more than `limit` bytes."""
    try:
        if not path.is_file():
            raise DocumentError("is not a file" if path.exists() else "is not there")
        if (size := path.stat().st_size) > limit:
            raise DocumentLimitError(f"has {size:,} bytes, more than the {limit:,} that are read")
        text = path.read_text("utf-8")
    except OSError as error:
        raise DocumentError(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"is not text in UTF-8 (byte {error.start:,})") from None
    if text.startswith(LFS_POINTER):
        raise DocumentError("is only a Git LFS pointer, for which 'git lfs pull' fetches the file")
    return text


def read_json_object(path: Path) -> dict[str, Any]:
    """Read a JSON object from a file; raises `DocumentError` if it holds none."""
    value = parse_json(read_text(path))
    if not isinstance(value, dict):
        raise DocumentError("is not a JSON object")
    return value


def _too_deep() -> DocumentLimitError:
    return DocumentLimitError(f"is nested more than {MAX_DEPTH} deep")


def _measure(value: object, known: dict[int, tuple[int, int]], depth: int) -> tuple[int, int]:
    """Return height and number of values, memoised by identity in `known`."""
    if not isinstance(value, dict | list | tuple | set) or not value:
        return 0, 1
    if depth >= MAX_DEPTH:  # recursive values end here too
        raise _too_deep()
    if id(value) not in known:
        parts = value.values() if isinstance(value, dict) else value
        sizes = [_measure(part, known, depth + 1) for part in parts]
        known[id(value)] = 1 + max(height for height, _ in sizes), 1 + sum(count for _, count in sizes)
    if depth + known[id(value)][0] > MAX_DEPTH:
        raise _too_deep()
    return known[id(value)]
