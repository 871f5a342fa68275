"""Continued pretraining of a backbone on the texts of a table."""

import pandas as pd
import torch

from translearn_core.config import Split
from translearn_core.config.text_cells import split_sides
from translearn_core.data.columns import PART, file_columns
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
        texts = [text for column in config.text_columns for text in texts_of(table, column)]
    context.store.forget_points(context.job.id)
    pretrain(config, texts, context.folder, report=context.report, record=context.add_points)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def texts_of(table: pd.DataFrame, column: str) -> list[str]:
    """Return the non-blank texts of a column; rows of validation and test files are excluded.

    Raises
    ------
    DataError
        If there is no such column.
    """
    if column not in (names := file_columns(table)):
        raise DataError(
            f"There is no column {column!r} in this file; it has {', '.join(map(repr, names))}: "
            "choose the text column again."
        )
    texts = table.loc[table[PART] == str(Split.TRAIN), column].dropna().astype(str).str.strip()
    return [text for text in texts.tolist() if text]
