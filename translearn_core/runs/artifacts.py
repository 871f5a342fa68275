"""Results on disk.

A folder each, written whole and with its checksums; one that was damaged since counts as not there.
"""

import contextlib
import dataclasses
import json
import logging
import os
import re
import typing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pydantic import ConfigDict, TypeAdapter

from translearn_core.errors import DamagedFileError, shorten_repr
from translearn_core.storage import atomic_folder, verify_file, verify_folder

log = logging.getLogger(__name__)

T = TypeVar("T")

REMEDY = "resume the run or ask again, which writes it anew"

PLAIN = TypeAdapter(Any, config=ConfigDict(ser_json_inf_nan="constants"))
"""Keeps floats that are no numbers or infinite as JSON's usual additions say them: NaN, Infinity."""


def save(folder: Path, result: object) -> Path:
    """Write the dataclass `result` under `folder` and return its own folder.

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
    """Read back a result as `read` does; a damaged one counts as not there."""
    try:
        return read(folder, kind)
    except DamagedFileError as error:
        log.warning("%s", error)
        return None


def read(folder: Path, kind: type[T]) -> T | None:
    """Read back a result of type `kind` saved under `folder`; None if there is none, or of other fields.

    A result that names a `file` is whole only together with that file in `folder`.

    Raises
    ------
    DamagedFileError
        If it is not what was saved.
    """
    home = folder / folder_name(kind)
    if (before := _inode(home)) is None:
        return None
    try:
        verify_folder(home, REMEDY)
        result = _parsed(home, kind)
        if isinstance(
            name := getattr(result, "file", None), str
        ):  # a report, an export: beside its description
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


def _inode(folder: Path) -> int | None:
    """Return what tells a folder from another of its name; None if there is none."""
    try:
        return folder.stat().st_ino
    except FileNotFoundError:
        return None


def _parsed(home: Path, kind: type[T]) -> T | None:
    values: dict[str, Any] = json.loads((home / "data.json").read_text(encoding="utf-8"))
    hints = typing.get_type_hints(kind, include_extras=True)
    saved = {*values, *(path.stem for pattern in ("*.npy", "*.parquet") for path in home.glob(pattern))}
    if not _needed(kind) <= saved <= hints.keys():  # another version wrote it
        return None
    for name in values:
        values[name] = TypeAdapter(hints[name]).validate_python(values[name])
    for path in home.glob("*.npy"):
        values[path.stem] = np.load(path, allow_pickle=False)
    for path in home.glob("*.parquet"):
        values[path.stem] = pd.read_parquet(path)
    return kind(**values)


def _needed(kind: type) -> set[str]:
    """Return the fields without which there is no such result."""
    missing = dataclasses.MISSING
    return {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is missing and field.default_factory is missing
    }


def folder_name(kind: type) -> str:
    """Return the folder a result of type `kind` lives in: ``ProbeScores`` in ``probe_scores``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def size(folder: Path) -> int:
    """Bytes of all files below `folder`; what vanishes meanwhile counts as nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.stat(os.path.join(parent, name)).st_size
    return total
