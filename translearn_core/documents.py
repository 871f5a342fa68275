"""JSON and YAML from outside: read within limits of size and depth, and refused in words of ours."""

import json
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 64_000_000
"""Largest file that is read: the index of a model's weights has some megabytes at most."""

MAX_DEPTH = 100
"""Deepest nesting of lists and names in each other; Python gives up between some hundred and a thousand."""

MAX_VALUES = 2_000_000
"""Most values of one YAML document, each alias counted as often as it stands there."""

LFS_POINTER = "version https://git-lfs"


class DocumentError(ValueError):
    """A document cannot be read; its text goes on where a sentence has named the document."""


class DocumentLimitError(DocumentError):
    """It would be a document, but is too deep or too large."""


def parse_json(text: str | bytes) -> Any:
    """Return what a JSON text says; raises `DocumentError` if it is none or too deep."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise DocumentError(f"is not JSON ({error})") from None
    _measure(value, {}, 0)
    return value


def parse_yaml(text: str, loader: type[yaml.SafeLoader] = yaml.SafeLoader) -> Any:
    """Return what a YAML text says; raises `DocumentError` if it is none, too deep or holds itself."""
    try:
        value = yaml.load(text, loader)
    except RecursionError:
        raise _too_deep() from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DocumentError(f"is not YAML{f', line {mark.line + 1}' if mark else ''}") from None
    except (ValueError, LookupError, AttributeError) as error:  # each kind of value fails in its own way
        raise DocumentError(f"holds a value that is none ({error})") from None
    if _measure(value, {}, 0)[1] > MAX_VALUES:
        raise DocumentLimitError(f"holds more than {MAX_VALUES:,} values")
    return value


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """Return the text of a file; raises `DocumentError` if there is none, or it is larger than `limit`."""
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
    """Return the JSON object in a file; raises `DocumentError` if it holds none."""
    value = parse_json(read_text(path))
    if not isinstance(value, dict):
        raise DocumentError("is not a JSON object")
    return value


def _too_deep() -> DocumentLimitError:
    return DocumentLimitError(f"is nested more than {MAX_DEPTH} deep")


def _measure(value: object, known: dict[int, tuple[int, int]], depth: int) -> tuple[int, int]:
    """Return height and number of values; `known` holds both by identity, for what was seen before."""
    if not isinstance(value, dict | list | tuple | set) or not value:
        return 0, 1
    if depth >= MAX_DEPTH:  # which one that holds itself reaches too
        raise _too_deep()
    if id(value) not in known:
        parts = value.values() if isinstance(value, dict) else value
        sizes = [_measure(part, known, depth + 1) for part in parts]
        known[id(value)] = 1 + max(height for height, _ in sizes), 1 + sum(count for _, count in sizes)
    if depth + known[id(value)][0] > MAX_DEPTH:
        raise _too_deep()
    return known[id(value)]
