"""Tables of data sets; imports no torch, so that reading a file starts quickly."""

import logging

import pandas as pd

from translearn_core.config import DataConfig
from translearn_core.config.settings import settings
from translearn_core.data import PreparedDataset, prepare, read_table
from translearn_core.data.table_edits import apply_edits, earlier_tables, edited_profile
from translearn_core.errors import DamagedFileError
from translearn_core.jobs import ReadConfig
from translearn_core.results import TableProfile
from translearn_core.runs import Workspace, artifacts
from translearn_core.runs.workspace import TABLE
from translearn_core.storage import atomic_file
from translearn_core.worker.context import Context
from translearn_core.worker.process.read_budget import read_budget

log = logging.getLogger(__name__)


def read_dataset(context: Context[ReadConfig]) -> None:
    """Read a data set's files; save the table and its profile."""
    config = context.config
    context.report("reading the file")
    _, profile = _read(context.store.workspace, config.dataset)
    artifacts.save(context.folder, profile)


def load_table(workspace: Workspace, digest: str) -> pd.DataFrame:
    """Return a data set's table with its edits."""
    return load_versions(workspace, digest)[0]


def load_versions(workspace: Workspace, digest: str) -> tuple[pd.DataFrame, tuple[pd.DataFrame, ...]]:
    """Return a data set's table with its edits, and those whose split it keeps, see `earlier_tables`."""
    table, edits = _load_original(workspace, digest), workspace.edits(digest)
    if edits is None:
        return table, ()
    return apply_edits(table, edits), earlier_tables(table, edits)


def load_prepared(workspace: Workspace, config: DataConfig) -> PreparedDataset:
    """Return a data set's rows, cleaned, encoded and split."""
    table, earlier = load_versions(workspace, config.dataset)
    with read_budget(workspace.source_paths(config.dataset).values()):
        return prepare(table, config, earlier=earlier)


def _load_original(workspace: Workspace, digest: str) -> pd.DataFrame:
    """Return the table as it came; parse its files if no intact copy is stored."""
    try:
        return workspace.original_table(digest)
    except FileNotFoundError:
        pass
    except (DamagedFileError, ValueError, OSError) as error:
        log.warning("%s", error)
    return _read(workspace, digest)[0]


def _read(workspace: Workspace, digest: str) -> tuple[pd.DataFrame, TableProfile]:
    """Read a data set's files and store the table; return it as it came, and the profile with its edits."""
    sources = workspace.sources(digest)
    with read_budget(sources.values()):
        table, profile = read_table(sources, settings(), workspace.read_options(digest))
    with atomic_file(workspace.dataset(digest) / TABLE) as draft:
        table.to_parquet(draft, index=False)
    if (edits := workspace.edits(digest)) is not None:
        profile = edited_profile(profile, apply_edits(table, edits), edits)
    return table, profile
