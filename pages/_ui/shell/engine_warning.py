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
"""An engine starts within seconds, on a busy machine too."""

ADVICE = (
    "Nothing has taken this up yet: the engine, which does the work, is not running. It starts by itself; if "
    "this stays, whoever runs this server finds the reason by typing `translearn engine` in a terminal. What "
    "you asked for is kept, and goes on as soon as the engine runs."
)
_TAIL = 4_000


def engine_warning(run: Run) -> None:
    """Warn if the disk is full, or if `run` has waited for long and no engine is ready."""
    disk_notice.warn_in_fragment()
    key = f"waits.{run.job.id}"
    if run.state not in (State.QUEUED, State.INTERRUPTED) or engine_status(settings()).ready:
        state.reset(key)
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
