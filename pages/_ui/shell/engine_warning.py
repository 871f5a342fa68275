"""A job that waits and nobody takes: what to do when the engine does not come."""

import os
import time

import streamlit as st

from pages._ui.shell import disk_notice, state
from pages._ui.shell.formatting import plain
from translearn_core.engine import engine_status
from translearn_core.engine.launcher import LOG
from translearn_core.engine.status import home
from translearn_core.runs import Run, State
from translearn_core.settings import settings

PATIENCE_SECONDS = 20.0
"""An engine is up within seconds, on a busy machine too."""

ADVICE = (
    "Nothing has taken this up yet: the engine, which does the work, is not running. It starts by itself; if "
    "this stays, whoever runs this server finds the reason by typing `translearn engine` in a terminal. What "
    "you asked for is kept, and goes on as soon as the engine runs."
)
"""What to do."""

_TAIL = 4_000


def engine_warning(run: Run) -> None:
    """Say what to do where the disk is full, or `run` has waited for long and no engine is ready."""
    disk_notice.warn_in_between()
    seen = f"waits.{run.job.id}"
    if run.state not in (State.QUEUED, State.INTERRUPTED) or engine_status(settings()).ready:
        state.reset(seen)
        return
    state.init_widget(seen, time.time())
    since = run.job.created if run.job.started is None else state.get_value(seen)
    if time.time() - since > PATIENCE_SECONDS:
        words = log_tail()
        st.warning(ADVICE + (f" Its log ends: {plain(words)}" if words else ""), icon=":material/hourglass:")


def log_tail() -> str:
    """Return the last line of the engine's log; nothing where it reports no trouble."""
    try:
        with (home(settings()) / LOG).open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL))
            lines = log.read().decode("utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:200] if lines and " INFO " not in lines[-1] else ""
