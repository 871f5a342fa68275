"""Folders with the same files, linked where that is possible."""

import os
import shutil
from pathlib import Path


def link_files(source: Path, folder: Path) -> None:
    """Replace the folders in `folder` by those of the same name in `source`; files are linked, or copied."""
    for entry in sorted(source.iterdir()):
        home = folder / entry.name
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(entry, home, copy_function=_link)


def _link(source: str, path: str) -> str:
    """Link a file, or copy it where links are not possible."""
    try:
        os.link(source, path)
    except OSError:
        shutil.copy2(source, path)
    return path
