"""Settings that sentence-transformers saves with a model: its folder, pooling and token limit."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from translearn_core.config import Pooling
from translearn_core.errors import BackboneError, shorten_repr
from translearn_core.storage.documents import DocumentError, parse_json, read_json_object, read_text

MODULES = "modules.json"
POOLING = "1_Pooling/config.json"
"""Path of the pooling config in published sentence-transformers models."""

_MODES = {
    "cls": Pooling.CLS,
    "mean": Pooling.MEAN,
    "mean_sqrt_len_tokens": Pooling.MEAN,  # a scaled mean: the head standardises its input
    "max": Pooling.MAX,
    "lasttoken": Pooling.LAST,
}
_OLD_NAMES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


@dataclass(frozen=True)
class SentenceSettings:
    """Pooling and token limit of a sentence-transformers model; None where not given."""

    pooling: Pooling | None = None
    token_limit: int | None = None


def read_sentence_settings(name: str, folder: Path) -> SentenceSettings:
    """Read the settings saved with the transformer in `folder`; most models have none.

    Raises
    ------
    BackboneError
        If a settings file is damaged.
    """
    home = folder if (folder / MODULES).exists() else folder.parent
    if not (home / MODULES).exists() or _path_of(name, home, "Transformer") != folder.resolve():
        return SentenceSettings()
    pooling = _path_of(name, home, "Pooling")
    return SentenceSettings(
        None if pooling is None else _pooling(name, pooling / "config.json"),
        next((_limit(name, path) for path in sorted(folder.glob("sentence_*_config.json"))), None),
    )


def transformer_folder(name: str, folder: Path) -> Path | None:
    """Return the transformer's folder according to modules.json in `folder`, None if it has no config."""
    inner = _path_of(name, folder, "Transformer")
    return inner if inner is not None and (inner / "config.json").is_file() else None


def write_mean_pooling(folder: Path) -> None:
    """Save with the transformer in `folder` that its texts are pooled by mean."""
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    (folder / MODULES).write_text(json.dumps(modules, indent=1), encoding="utf-8")
    (folder / POOLING).parent.mkdir()
    (folder / POOLING).write_text(json.dumps({"pooling_mode_mean_tokens": True}, indent=1), encoding="utf-8")


def _path_of(name: str, home: Path, kind: str) -> Path | None:
    """Return the folder of the first module of a kind in `modules.json`."""
    try:
        modules = parse_json(read_text(home / MODULES))
    except DocumentError as error:
        raise _damaged(name, MODULES, str(error)) from error
    if not isinstance(modules, list) or not all(isinstance(module, dict) for module in modules):
        raise _damaged(name, MODULES, "is not a list of modules")
    for module in modules:
        path = module.get("path", "")
        if str(module.get("type", "")).rpartition(".")[2] == kind:
            if not isinstance(path, str) or Path(path).name != path:
                raise _damaged(name, MODULES, f"gives {shorten_repr(path)} as the folder of a module")
            return (home / path).resolve()
    return None


def _pooling(name: str, path: Path) -> Pooling | None:
    if not path.exists():
        return None
    config = _object(name, path, f"{path.parent.name}/{path.name}")
    mode = config.get("pooling_mode")
    if mode is None:
        modes = [new for old, new in _OLD_NAMES.items() if config.get(old) is True]
    else:
        modes = mode if isinstance(mode, list) else [mode]
    # combinations of modes and weighted means are not supported
    return _MODES.get(modes[0]) if len(modes) == 1 and isinstance(modes[0], str) else None


def _limit(name: str, path: Path) -> int | None:
    limit = _object(name, path, path.name).get("max_seq_length")
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise _damaged(name, path.name, f"gives {shorten_repr(limit)} as max_seq_length, no number of tokens")
    return limit


def _object(name: str, path: Path, shown: str) -> dict[str, Any]:
    try:
        return read_json_object(path)
    except DocumentError as error:
        raise _damaged(name, shown, str(error)) from error


def _damaged(name: str, file: str, clause: str) -> BackboneError:
    return BackboneError(f"{name}: {file} {clause}: fetch or copy it again.")
