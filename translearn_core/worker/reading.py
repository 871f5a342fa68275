"""Read a data set's files into its table; needs no torch, so the first look at a file is quick."""

import logging

import pandas as pd

from translearn_core.config import DataConfig, ReadConfig
from translearn_core.data import Prepared, prepare, read
from translearn_core.errors import DamagedFileError
from translearn_core.results import Reading
from translearn_core.runs import Workspace, artifacts
from translearn_core.settings import settings
from translearn_core.storage import atomic_file, verify_file
from translearn_core.worker.context import Context

log = logging.getLogger(__name__)

TABLE = "table.parquet"


def read_dataset(context: Context) -> None:
    """Read a data set's files, keep the table and what was found."""
    config = context.config
    assert isinstance(config, ReadConfig)
    context.report("reading the file")
    _, reading = _read(context.store.workspace, config.dataset, config.fewest_columns)
    artifacts.save(context.folder, reading)


def load_table(workspace: Workspace, digest: str, fewest_columns: int = 2) -> pd.DataFrame:
    """Return a data set's table, read from its files if that was not done yet."""
    path = workspace.dataset(digest) / TABLE
    try:
        verify_file(path, "it is read again from its source")
        return pd.read_parquet(path)
    except FileNotFoundError:
        pass
    except (DamagedFileError, ValueError, OSError) as error:
        log.warning("%s", error)
    return _read(workspace, digest, fewest_columns)[0]


def load_prepared(workspace: Workspace, config: DataConfig) -> Prepared:
    """Return a data set's rows ready for the task."""
    return prepare(load_table(workspace, config.dataset), config)


def _read(workspace: Workspace, digest: str, fewest_columns: int) -> tuple[pd.DataFrame, Reading]:
    table, reading = read(workspace.sources(digest), settings(), fewest_columns=fewest_columns)
    with atomic_file(workspace.dataset(digest) / TABLE) as draft:
        table.to_parquet(draft, index=False)
    return table, reading
