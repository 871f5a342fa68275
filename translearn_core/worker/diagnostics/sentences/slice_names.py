"""Names of slices in sentences."""

import pandas as pd

from translearn_core.jobs import LENGTH
from translearn_core.results.format import quote
from translearn_core.worker.diagnostics.error_analysis.slices import LANGUAGE


def slice_name(row: pd.Series) -> str:
    """Return the name of a slice, such as ``'source' is 'mail'`` or ``texts of 3 to 12 words``."""
    if row["column"] == LENGTH:
        return f"texts of {row['slice']}"
    if row["column"] == LANGUAGE:
        return f"language {row['slice']}"
    return f"{quote(row['column'])} is {quote(row['slice'])}"
