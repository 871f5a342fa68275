"""Backbones converted once from files of other formats, kept in the workspace."""

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from translearn_core.backbones.word_vectors.files import read_word_vectors
from translearn_core.backbones.word_vectors.folder import save_word_vectors
from translearn_core.config.settings import settings
from translearn_core.errors import DamagedFileError
from translearn_core.runs import Workspace
from translearn_core.storage import SUMS, atomic_folder, file_digest, verify_folder

_CARD = """---
license: other
---
Word vectors from the file {file}.
"""


def converted(id: str, source: Path, convert: Callable[[Path, Path], None]) -> Path:
    """Return the folder with the backbone `id`, which ``convert(source, folder)`` writes on first use."""
    folder = Workspace(settings().workspace).converted_backbone(id)
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock"), mode=0o600):
        if not _is_whole(folder):
            with atomic_folder(folder) as draft:
                convert(source, draft)
    return folder


def from_word_vectors(source: Path) -> Path:
    """Return the folder with the word vectors of a file; the same content is converted once.

    Raises
    ------
    BackboneError
        If it is no file of word vectors.
    """
    return converted(f"vectors-{file_digest(source)[:20]}", source, _convert_word_vectors)


def _convert_word_vectors(source: Path, folder: Path) -> None:
    save_word_vectors(read_word_vectors(source), folder, _CARD.format(file=source.name))


def _is_whole(folder: Path) -> bool:
    try:
        verify_folder(folder, "it is converted again", cached=True)
    except DamagedFileError:
        return False
    return folder.is_dir() and (folder / SUMS).exists()
