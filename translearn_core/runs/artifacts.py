"""Results on disk: one folder each, written atomically with checksums."""

import contextlib
import dataclasses
import json
import logging
import os
import re
import shutil
import typing
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pydantic import ConfigDict, TypeAdapter, ValidationError

from translearn_core.errors import DamagedFileError, shorten_repr
from translearn_core.storage import atomic_folder, verify_file, verify_folder

log = logging.getLogger(__name__)

T = TypeVar("T")
V = TypeVar("V")

REMEDY = "resume the run or ask again, which writes it anew"

PLAIN = TypeAdapter(Any, config=ConfigDict(ser_json_inf_nan="constants"))
"""Serialises non-finite floats as ``NaN`` and ``Infinity``."""


def save(folder: Path, result: object) -> Path:
    """Write the dataclass `result` to a folder of its own below `folder`, and return that.

    Arrays become ``<field>.npy``, tables ``<field>.parquet``, everything else ``data.json``.
    """
    home = folder / folder_name(type(result))
    plain: dict[str, Any] = {}
    with atomic_folder(home) as draft:
        for field in dataclasses.fields(result):  # type: ignore[arg-type]
            value = getattr(result, field.name)
            if isinstance(value, np.ndarray):
                np.save(draft / f"{field.name}.npy", value, allow_pickle=False)
            elif isinstance(value, pd.DataFrame):
                value.to_parquet(draft / f"{field.name}.parquet", index=False)
            else:
                plain[field.name] = PLAIN.dump_python(value, mode="json")
        (draft / "data.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
    return home


def load(folder: Path, kind: type[T]) -> T | None:
    """Read a result as `read` does; None also if it is damaged."""
    try:
        return read(folder, kind)
    except DamagedFileError as error:
        log.warning("%s", error)
        return None


def read(folder: Path, kind: type[T]) -> T | None:
    """Read a result of type `kind` saved under `folder`; None if there is none, or it has other fields.

    The `file` that a result names in `folder` is verified too.

    Raises
    ------
    DamagedFileError
        If it differs from what was saved.
    """
    home = folder / folder_name(kind)
    if (before := _inode(home)) is None:
        return None
    try:
        verify_folder(home, REMEDY)
        result = _parsed(home, kind)
        if isinstance(name := getattr(result, "file", None), str):
            verify_file(folder / name, REMEDY)
        return result
    except FileNotFoundError:
        return None
    except (DamagedFileError, OSError, ValueError, TypeError, LookupError, EOFError, RuntimeError) as error:
        if before != _inode(home):  # replaced while it was read
            return read(folder, kind)
        if isinstance(error, DamagedFileError):
            raise
        raise DamagedFileError(home, f"{type(error).__name__}: {shorten_repr(str(error))}", REMEDY) from error


def delete(folder: Path, kind: type) -> None:
    """Delete the result of type `kind` saved under `folder`, if there is one."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder / folder_name(kind))


def version(folder: Path, kind: type) -> int | None:
    """Return a number that changes when the result of type `kind` is replaced; None without one."""
    return _inode(folder / folder_name(kind))


def _inode(folder: Path) -> int | None:
    """Return the inode of a folder, which changes on replacement; None if there is no folder."""
    try:
        return folder.stat().st_ino
    except FileNotFoundError:
        return None


def _parsed(home: Path, kind: type[T]) -> T | None:
    values: dict[str, Any] = json.loads((home / "data.json").read_text(encoding="utf-8"))
    hints = typing.get_type_hints(kind, include_extras=True)
    files = {path.stem: path for pattern in ("*.npy", "*.parquet") for path in home.glob(pattern)}
    values, files = _renamed(values, kind), _renamed(files, kind)
    saved = {*values, *files}
    if not _required_fields(kind) <= saved <= hints.keys():  # another version wrote it
        return None
    try:
        values = {name: _validator(hints[name]).validate_python(value) for name, value in values.items()}
    except ValidationError:  # another version wrote it: its digests are right
        return None
    for name, path in files.items():
        values[name] = np.load(path, allow_pickle=False) if path.suffix == ".npy" else pd.read_parquet(path)
    return kind(**values)


@cache
def _validator(hint: Any) -> TypeAdapter[Any]:
    """Return the validator of a type; building one takes a millisecond."""
    return TypeAdapter(hint)


def _renamed(fields: Mapping[str, V], kind: type) -> dict[str, V]:
    """Rename fields of earlier versions by the `EARLIER_FIELDS` of a type; leave out those without a name."""
    earlier: Mapping[str, str | None] = getattr(kind, "EARLIER_FIELDS", {})
    names = ((earlier.get(name, name), value) for name, value in fields.items())
    return {name: value for name, value in names if name is not None}


def _required_fields(kind: type) -> set[str]:
    """Return the fields without a default."""
    missing = dataclasses.MISSING
    return {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is missing and field.default_factory is missing
    }


def folder_name(kind: type) -> str:
    """Return the folder name of results of type `kind`: ``probe_scores`` for ``ProbeScores``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def size(folder: Path) -> int:
    """Return the bytes of all files below `folder`, ignoring files that vanish meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total
