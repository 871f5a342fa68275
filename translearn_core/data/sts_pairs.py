"""Pairs of everyday English sentences, written for this project, that every backbone is asked about alike."""

from functools import cache

import pandas as pd

from translearn_core.errors import NotFoundError
from translearn_core.settings import app_root

FILE = "reference_pairs.csv"


@cache
def load_sts_pairs() -> pd.DataFrame:
    """Return the pairs: first, second, and `alike`, how alike they were written to be.

    0: nothing in common; 1: one topic; 2: the same thing, but another statement, among them opposites and
    swapped roles, whose words are nearly the same; 3: they differ in a detail; 4: one meaning in other words.
    No sentence stands twice.

    Raises
    ------
    NotFoundError
        If the file is missing.
    """
    path = app_root() / "assets" / FILE
    try:
        return pd.read_csv(path, keep_default_na=False)
    except FileNotFoundError:
        raise NotFoundError(
            f"The file {FILE} is missing from this installation: install TransLearn again."
        ) from None
