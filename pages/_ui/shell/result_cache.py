"""Cache of results, read from disk once per owner and version."""

import logging
from pathlib import Path
from typing import Any, TypeVar, cast

from pages._ui.shell import st, state
from translearn_core.errors import DamagedFileError
from translearn_core.runs import Run, artifacts

log = logging.getLogger("translearn.pages")

T = TypeVar("T")

MOST = "64MB"
"""Size of the cache for all owners, pickled; least recently used results are dropped."""


def cached_result(run: Run, kind: type[T]) -> T | None:
    """Return a run's result of one kind; None if there is none (yet).

    A damaged result counts as none and marks the run as failed, so that it can be repeated.
    """
    folder = state.store().workspace.run(run.job.id)
    if run.state.live:
        return artifacts.load(folder, kind)
    try:
        version = artifacts.version(folder, kind)
        return cast("T | None", _read(run.owner, run.job.id, version, kind.__name__, folder, kind))
    except DamagedFileError as error:
        log.warning("%s", error)
        state.store().mark_damaged(error)
        return None


@st.cache_data(max_size=MOST, show_spinner=False)
def _read(owner: str, job: str, version: int | None, name: str, _folder: Path, _kind: type[Any]) -> object:  # noqa: ARG001
    return artifacts.read(_folder, _kind)
