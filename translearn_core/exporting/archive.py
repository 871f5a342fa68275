"""One zip of a folder, and the programs that go into it."""

import zipfile
from importlib.resources import files
from pathlib import Path

from translearn_core.activations import ProgressCallback
from translearn_core.storage import atomic_file

SCRIPTS = ("predict.py", "table_io.py", "repeat.py")
"""Programs that stand beside every model; ``predict_onnx.py`` comes with an ONNX file."""


def add_script(folder: Path, name: str) -> None:
    """Copy one of the programs kept in the templates."""
    source = files("translearn_core.exporting.templates") / name
    (folder / name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")


def pack(folder: Path, target: Path, report: ProgressCallback) -> tuple[str, ...]:
    """Zip all files of `folder` as `target`, at once in the end, and return their names, sorted.

    Weights are stored as they are: numbers do not get smaller.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    total = sum(path.stat().st_size for path in paths)
    done = 0
    with atomic_file(target) as draft, zipfile.ZipFile(draft, "w") as packed:
        for path in paths:
            report("packing", done, total)
            small = path.suffix in (".json", ".md", ".py", ".txt")
            how = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
            packed.write(path, path.relative_to(folder).as_posix(), compress_type=how)
            done += path.stat().st_size
    return tuple(path.relative_to(folder).as_posix() for path in paths)
