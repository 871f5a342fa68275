"""Atomic writes and checksums of files and folders."""

from translearn_core.storage.atomic import atomic_file, atomic_folder, move_file, temporary_folder
from translearn_core.storage.checksums import (
    SUMS,
    file_digest,
    read_sealed,
    remove,
    seal,
    sums_path,
    verify_file,
    verify_folder,
)
from translearn_core.storage.sweep import sweep

__all__ = [
    "SUMS",
    "atomic_file",
    "atomic_folder",
    "file_digest",
    "move_file",
    "read_sealed",
    "remove",
    "seal",
    "sums_path",
    "sweep",
    "temporary_folder",
    "verify_file",
    "verify_folder",
]
