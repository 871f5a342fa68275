"""Target of the predictions of a run."""

import pandas as pd

from translearn_core.config.text_cells import SENTENCE
from translearn_core.results import Evaluation
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.target import Target
from translearn_core.tasks.tokens.token_labels import with_sentences


def predictions_target(evaluation: Evaluation, rows: pd.DataFrame | None = None) -> Target:
    """Return the encoded labels of predictions: of `rows`, by default of all."""
    rows = evaluation.predictions if rows is None else rows
    values = PROBLEMS[evaluation.problem].encode_values(evaluation.names, rows["label"].to_numpy())
    target = Target("label", evaluation.problem, evaluation.names, values)
    return with_sentences(target, rows) if SENTENCE in rows else target
