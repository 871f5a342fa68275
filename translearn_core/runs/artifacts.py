"""Results on disk.

A folder each, written whole under a temporary name and renamed, so a reader sees all or nothing.
"""

import contextlib
import dataclasses
import json
import os
import re
import shutil
import tempfile
import typing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pydantic import ConfigDict, TypeAdapter

T = TypeVar("T")

PLAIN = TypeAdapter(Any, config=ConfigDict(ser_json_inf_nan="constants"))
"""Keeps floats that are no numbers or infinite as JSON's usual additions say them: NaN, Infinity."""


def save(folder: Path, result: object) -> Path:
    """Write the dataclass `result` under `folder` and return its own folder.

    Arrays become ``<field>.npy``, tables ``<field>.parquet``, everything else ``data.json``.
    """
    home = folder / folder_name(type(result))
    folder.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(result):  # type: ignore[arg-type]
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            np.save(draft / f"{field.name}.npy", value, allow_pickle=False)
        elif isinstance(value, pd.DataFrame):
            value.to_parquet(draft / f"{field.name}.parquet", index=False)
        else:
            plain[field.name] = PLAIN.dump_python(value, mode="json")
    (draft / "data.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
    draft.chmod(0o755)
    if home.exists():
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=folder))
        home.rename(old / "old")
        draft.rename(home)
        shutil.rmtree(old)
    else:
        draft.rename(home)
    return home


def load(folder: Path, kind: type[T]) -> T | None:
    """Read back a result of type `kind` saved under `folder`; None if there is none, or of other fields."""
    home = folder / folder_name(kind)
    if not (home / "data.json").exists():
        return None
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


def runs_as_formula(cell: str) -> bool:
    """Whether a spreadsheet would run `cell`; a signed number is only a number."""
    return cell[:1] in tuple("=+-@\t\r") and not re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", cell)


def defused(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with an apostrophe before cells and headers that a spreadsheet would run as formulas.

    References
    ----------
    OWASP, "CSV Injection": cells that start with = + - @, tab or carriage return.
    """

    def safe(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and runs_as_formula(value) else value

    out = frame.copy()
    for name in out.columns:
        if not pd.api.types.is_numeric_dtype(out[name]) and not pd.api.types.is_bool_dtype(out[name]):
            out[name] = out[name].map(safe)
    out.columns = pd.Index([safe(c) for c in out.columns])
    return out
