"""Language of every text of a table."""

from functools import partial

import numpy as np
import pandas as pd

from translearn_core.analysis.language_id import NAMES, SURE, table_languages
from translearn_core.data import PART, ROW
from translearn_core.data.columns import file_columns
from translearn_core.errors import DataError
from translearn_core.jobs.tables import LanguagesConfig
from translearn_core.results.format import quote, quote_list
from translearn_core.results.text_languages import TextLanguages
from translearn_core.runs import artifacts
from translearn_core.tasks.normalisation import is_blank
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_table
from translearn_core.worker.diagnostics.sentences.languages_text import language_sentences

LISTED = 50
"""Most uncertain texts listed."""


def identify(context: Context[LanguagesConfig]) -> None:
    """Identify the language of every text, and save the counts."""
    column = context.config.text
    context.report("reading the texts")
    table = load_table(context.store.workspace, context.config.dataset)
    if column not in file_columns(table):
        raise DataError(
            f"There is no column {quote(column)}: choose from {quote_list(file_columns(table), 12)}."
        )
    chosen = table[[isinstance(cell, str) and not is_blank(cell) for cell in table[column]]]
    if chosen.empty:
        raise DataError(f"Column {quote(column)} holds no text: choose another one.")
    texts = chosen[column].tolist()
    guesses = table_languages(texts, partial(context.report, "reading the texts"))
    rows = pd.DataFrame(
        {
            "part": chosen[PART].to_numpy(),
            "row": chosen[ROW].to_numpy(np.int64),
            "language": guesses.codes.astype(object),
            "confidence": guesses.confidence,
        }
    )
    doubtful = rows[rows["confidence"] < SURE].sort_values("confidence", kind="stable").head(LISTED)
    doubtful.insert(2, "text", [texts[k] for k in doubtful.index])
    result = TextLanguages(
        (),
        guesses.without_letters,
        {NAMES.get(code, code): count for code, count in guesses.others.items()},
        _languages(rows, guesses.languages),
        rows,
        doubtful.reset_index(drop=True),
    )
    artifacts.save(context.folder, language_sentences(result))


def _languages(rows: pd.DataFrame, codes: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per language, see `TextLanguages.languages`."""
    counts = rows["language"].value_counts()
    doubtful = rows.loc[rows["confidence"] < SURE, "language"].value_counts()
    ordered = sorted(codes, key=lambda code: -int(counts.get(code, 0)))
    return pd.DataFrame(
        {
            "language": pd.Series(ordered, dtype=object),
            "name": pd.Series([NAMES.get(code, code) for code in ordered], dtype=object),
            "texts": np.array([int(counts.get(code, 0)) for code in ordered], dtype=np.int64),
            "share": np.array([counts.get(code, 0) / len(rows) for code in ordered], dtype=np.float64),
            "uncertain": np.array([int(doubtful.get(code, 0)) for code in ordered], dtype=np.int64),
        }
    )
