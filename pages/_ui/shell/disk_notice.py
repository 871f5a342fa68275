"""A notice on every page while the workspace is read-only or its disk is full."""

import os
import shutil

from pages._ui.shell import errors, state
from translearn_core.config.settings import settings
from translearn_core.runs.workspace import absolute

ROOM_BYTES = 1_000_000
"""Free space below which jobs cannot record progress."""

READ_ONLY = (
    "This workspace is read-only: what is in it can be looked at; nothing new can be started or kept until "
    "it is writable again."
)
FULL = (
    "The disk that holds this workspace is full: what is in it can be looked at, and what runs waits. Make "
    "room on the disk: runs then go on, and one that failed goes on when you resume it."
)

_SHOWN = "disk_notice"


def notice() -> str | None:
    """Return why the workspace cannot be written; None if it can, or does not exist."""
    folder = absolute(settings().workspace)
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return READ_ONLY
    return FULL if free < ROOM_BYTES else None


def warn() -> None:
    """Show the notice at the top of a page."""
    sentence = notice()
    state.set_value(_SHOWN, sentence)
    if sentence is not None:
        errors.show_warning(sentence)


def warn_in_fragment() -> None:
    """Show the notice in a fragment, if the page does not show it yet."""
    sentence = notice()
    if sentence is not None and sentence != state.get_value(_SHOWN):
        errors.show_warning(sentence)
