"""Continued pretraining of a backbone on the texts of a table."""

import pandas as pd
import torch

from translearn_core.config import Split
from translearn_core.config.text_cells import POSITION, SENTENCE, split_sides
from translearn_core.data.columns import PART, file_columns
from translearn_core.data.tokens.sentences import sentence_columns
from translearn_core.errors import DataError
from translearn_core.jobs import PretrainConfig
from translearn_core.training.pretraining import pretrain
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared, load_table


def pretrain_backbone(context: Context[PretrainConfig]) -> None:
    """Run or resume the pretraining of a backbone on a table's texts."""
    config = context.config
    context.report("reading the texts")
    if config.target_data is not None:
        unlabelled = load_prepared(context.store.workspace, config.target_data).unlabelled
        texts = split_sides(unlabelled)
    else:
        table = load_table(context.store.workspace, config.dataset)
        texts = [text for column in config.text_columns for text in texts_of(table, column, config.sentence)]
    context.store.forget_points(context.job.id)
    pretrain(config, texts, context.folder, report=context.report, record=context.add_points)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def texts_of(table: pd.DataFrame, column: str, sentence: str | None = None) -> list[str]:
    """Return the non-blank texts of a column; rows of validation and test files are excluded.

    With a column `sentence` the rows are words, and the texts their sentences.

    Raises
    ------
    DataError
        If there is no such column, or the words of a sentence do not follow each other.
    """
    for name, role in ((column, "text"), (sentence, "sentence")):
        if name is not None and name not in (names := file_columns(table)):
            raise DataError(
                f"There is no column {name!r} in this file; it has {', '.join(map(repr, names))}: "
                f"choose the {role} column again."
            )
    rows = table[table[PART] == str(Split.TRAIN)]
    if sentence is not None:
        words = sentence_columns(rows, column, sentence)
        first = words[POSITION] == 0
        return [str(text) for text in words.loc[first, SENTENCE]]
    texts = rows[column].dropna().astype(str).str.strip()
    return [text for text in texts.tolist() if text]
