"""Texts of a table, labelled or not, and their vectors in one layer of a backbone."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.activations import Compute
from translearn_core.backbones import load
from translearn_core.config.text_cells import TEXT, TEXT_PAIR, text_cells
from translearn_core.data import PART, ROW
from translearn_core.data.columns import file_columns
from translearn_core.errors import ConfigError, DataError
from translearn_core.jobs.diagnostics.unlabelled_texts import TextsJobConfig
from translearn_core.results.format import quote, quote_list
from translearn_core.tasks.normalisation import is_blank
from translearn_core.worker.activations import make_encoder
from translearn_core.worker.context import Context
from translearn_core.worker.diagnostics.layer_scores import supported_features
from translearn_core.worker.features import feature_array

FEWEST = 4
"""Fewest texts that can be clustered or chosen from."""


def text_rows(table: pd.DataFrame, config: TextsJobConfig, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the rows with a text: part, row, text and text_pair; indexed as the table.

    Raises
    ------
    DataError
        If the table lacks a text column or one of `columns`, or has fewer than `FEWEST` texts.
    """
    for column in (*config.text_columns, *columns):
        if column not in file_columns(table):
            raise DataError(
                f"There is no column {quote(column)}: choose from {quote_list(file_columns(table), 12)}."
            )
    texts = dict(zip((TEXT, TEXT_PAIR), config.text_columns, strict=False))
    rows = pd.DataFrame({"part": table[PART], "row": table[ROW]})
    for name, column in texts.items():
        rows[name] = table[column]
    chosen: pd.DataFrame = rows[np.all([filled(table[column]) for column in texts.values()], axis=0)]
    if len(chosen) < FEWEST:
        raise DataError(f"Only {len(chosen)} rows have a text, and {FEWEST} are needed.")
    return chosen


def filled(cells: "pd.Series[str]") -> NDArray[np.bool_]:
    """Whether each cell holds visible text."""
    return np.array([isinstance(cell, str) and not is_blank(cell) for cell in cells], dtype=np.bool_)


def sample(rows: pd.DataFrame, limit: int, seed: int) -> pd.DataFrame:
    """Return at most `limit` rows, drawn by the seed, in their order."""
    if len(rows) <= limit:
        return rows
    drawn: pd.DataFrame = rows.iloc[
        np.sort(np.random.default_rng(seed).choice(len(rows), limit, replace=False))
    ]
    return drawn


def layer_vectors(
    context: Context, config: TextsJobConfig, rows: pd.DataFrame
) -> tuple[NDArray[np.floating], int]:
    """Return the pooled vectors of the texts in the configured layer, and that layer.

    Raises
    ------
    ConfigError
        If the backbone has no such layer.
    """
    backbone = load(config.backbone)
    features = supported_features(config.features, backbone.info)
    if config.text_pair is not None:
        features = features.with_default_encoding(frozen=True)
    compute = Compute.choose(config.device, config.precision)
    encoder = make_encoder(context, backbone, text_cells(rows), features, compute)
    last = backbone.n_blocks
    layer = last if config.layer is None else config.layer
    if not backbone.info.supports_partial_forward:
        if layer != last:
            raise ConfigError("layer", layer, f"{last}, the last: the others of this backbone are hidden")
        return feature_array(encoder.last_layer(features.pooling)), last
    if layer > last:
        raise ConfigError("layer", layer, f"a layer from 0 to {last}")
    return feature_array(encoder.pooled(features.pooling)[layer]), layer
