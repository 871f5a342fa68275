"""Stored copy of a data set's table, and its edits."""

import pandas as pd

from translearn_core.data.table_edits import apply_edits
from translearn_core.runs.workspace import Workspace
from translearn_core.storage import verify_file

TABLE = "table.parquet"
"""File of the table as it came, in a data set's folder."""


def original_table(workspace: Workspace, digest: str) -> pd.DataFrame:
    """Return a data set's table without its edits.

    Raises
    ------
    FileNotFoundError
        If it has not been read yet.
    DamagedFileError, ValueError, OSError
        If the copy is damaged.
    """
    path = workspace.dataset(digest) / TABLE
    verify_file(path, "it is read again from its source")
    return pd.read_parquet(path)


def edited_table(workspace: Workspace, digest: str) -> pd.DataFrame:
    """Return a data set's table with its edits; raises as `original_table` does."""
    table, edits = original_table(workspace, digest), workspace.edits(digest)
    return table if edits is None else apply_edits(table, edits)
