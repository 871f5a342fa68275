"""Zip archive of an export and the scripts in it."""

import zipfile
from importlib.resources import files
from pathlib import Path

from translearn_core.activations import ProgressCallback
from translearn_core.storage import atomic_file

SCRIPTS = ("predict.py", "table_input.py", "prediction_output.py", "repeat.py")
"""Scripts of every export; an ONNX file adds ``predict_onnx.py``."""
WORD_SCRIPT = "sentence_input.py"
"""Script that an export of a model of words adds."""
VECTOR_SCRIPT = "word_vectors.py"
"""Script that an export of a model on word vectors adds: their architecture."""


def add_script(folder: Path, name: str, *, source_name: str | None = None) -> None:
    """Copy a script from the templates into `folder`; `source_name` if it has another name there."""
    source = files("translearn_core.exporting.templates") / (source_name or name)
    (folder / name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")


def add_architecture(folder: Path) -> None:
    """Copy the architecture of word vectors, which transformers does not know, into `folder`."""
    source = files("translearn_core.backbones.word_vectors") / "model.py"
    (folder / VECTOR_SCRIPT).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")


def pack(folder: Path, target: Path, report: ProgressCallback) -> tuple[str, ...]:
    """Zip all files of `folder` as `target`, atomically, and return their names, sorted.

    Weights are stored uncompressed, since compression gains little.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    total = sum(path.stat().st_size for path in paths)
    done = 0
    with atomic_file(target) as draft, zipfile.ZipFile(draft, "w") as archive:
        for path in paths:
            report("packing", done, total)
            is_text = path.suffix in (".json", ".md", ".py", ".txt")
            method = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
            archive.write(path, path.relative_to(folder).as_posix(), compress_type=method)
            done += path.stat().st_size
    return tuple(path.relative_to(folder).as_posix() for path in paths)
