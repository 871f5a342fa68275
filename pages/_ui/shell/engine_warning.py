"""Warning for jobs that wait while no engine runs."""

import os
import time

from pages._ui.shell import disk_notice, st, state
from pages._ui.shell.formatting import plain
from translearn_core.config.settings import settings
from translearn_core.engine import engine_status
from translearn_core.engine.launcher import LOG
from translearn_core.engine.status import home
from translearn_core.runs import Run, State

PATIENCE_SECONDS = 20.0
"""Time that a job may wait before the lack of an engine is said."""
START_SECONDS = 180.0
"""Longest start of an engine, of several on a busy machine; then something is wrong."""

STARTING = (
    "The engine, which does the work, is starting: it loads its libraries, which takes some seconds, on a "
    "busy machine a minute or two. What you asked for is kept, and begins by itself."
)

ADVICE = (
    "Nothing has taken this up yet: the engine, which does the work, is not running. It starts by itself; if "
    "this stays, whoever runs this server finds the reason by typing `translearn engine` in a terminal. What "
    "you asked for is kept, and goes on as soon as the engine runs."
)
_TAIL = 4_000


def engine_warning(run: Run) -> None:
    """Say what `run` waits for: the disk is full, the engine starts, or none has run for long."""
    disk_notice.warn_in_fragment()
    key, status = f"waits.{run.job.id}", engine_status(settings())
    if run.state not in (State.QUEUED, State.INTERRUPTED) or status.ready:
        state.reset(key)
        return
    if status.alive and time.time() - status.engine_started < START_SECONDS:
        st.info(STARTING, icon=":material/hourglass:")
        return
    state.init_widget(key, time.time())
    since = run.job.created if run.job.started is None else state.get_value(key)
    if time.time() - since > PATIENCE_SECONDS:
        tail = log_tail()
        st.warning(ADVICE + (f" Its log ends: {plain(tail)}" if tail else ""), icon=":material/hourglass:")


def log_tail() -> str:
    """Return the last line of the engine's log; empty if it is an INFO line."""
    try:
        with (home(settings()) / LOG).open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL))
            lines = log.read().decode("utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:200] if lines and " INFO " not in lines[-1] else ""
