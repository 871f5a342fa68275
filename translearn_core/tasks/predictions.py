"""Target of the predictions of a run."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.config.text_cells import POSITION, SENTENCE, TEXT
from translearn_core.results import Evaluation
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.target import Target
from translearn_core.tasks.tokens.tags import sentence_numbers


def sentence_clusters(rows: pd.DataFrame) -> NDArray[np.int64] | None:
    """Return the number of the sentence of each word among predictions, None for texts.

    Words may be in any order and some may be missing; the index of `rows` has their order.
    """
    if SENTENCE not in rows:
        return None
    order = np.argsort(rows.index.to_numpy(), kind="stable")
    ordered = rows.iloc[order]
    numbers = np.empty(len(rows), dtype=np.int64)
    numbers[order] = sentence_numbers(ordered[SENTENCE].tolist(), ordered[POSITION].to_numpy(dtype=np.int64))
    return numbers


def predictions_target(evaluation: Evaluation, rows: pd.DataFrame | None = None) -> Target:
    """Return the encoded labels of predictions: of `rows`, by default of all."""
    rows = evaluation.predictions if rows is None else rows
    values = PROBLEMS[evaluation.problem].encode_values(evaluation.names, rows["label"].to_numpy())
    target = Target("label", evaluation.problem, evaluation.names, values)
    if SENTENCE not in rows:
        return target
    return replace(target, words=rows[TEXT].to_numpy(dtype=object), sentence=sentence_clusters(rows))
