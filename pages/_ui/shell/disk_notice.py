"""A notice on every page while the workspace is read-only or its disk is full."""

import os
import shutil

from pages._ui.shell import errors, state
from translearn_core.runs.workspace import absolute
from translearn_core.settings import settings

ROOM_BYTES = 1_000_000
"""With less room no job can note how far it is."""

READ_ONLY = (
    "This workspace is read-only: what is in it can be looked at; nothing new can be started or kept until "
    "it is writable again."
)
FULL = (
    "The disk that holds this workspace is full: what is in it can be looked at, and what runs waits. Make "
    "room on the disk: runs then go on, and one that failed goes on when you resume it."
)

_NOTED = "disk_notice"


def notice() -> str | None:
    """Return what keeps this workspace from being written to; None if nothing does, or there is none."""
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
    state.set_value(_NOTED, sentence)
    if sentence is not None:
        errors.show_warning(sentence)


def warn_in_between() -> None:
    """Show the notice in a part of a page that is drawn by itself, if the page does not show it yet."""
    sentence = notice()
    if sentence is not None and sentence != state.get_value(_NOTED):
        errors.show_warning(sentence)
