"""English sentence pairs with similarity grades (STS), written for this project."""

from functools import cache

import pandas as pd

from translearn_core.config.settings import app_root
from translearn_core.errors import NotFoundError

FILE = "reference_pairs.csv"


@cache
def load_sts_pairs() -> pd.DataFrame:
    """Load the pairs as columns first, second and `alike`, the similarity grade.

    0: unrelated; 1: same topic; 2: same subject, different statement, including opposites and swapped roles
    in nearly the same words; 3: differ in a detail; 4: paraphrases. No sentence occurs twice.

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
