"""Target of the predictions of a run."""

import pandas as pd

from translearn_core.results import Evaluation
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.target import Target


def predictions_target(evaluation: Evaluation, rows: pd.DataFrame | None = None) -> Target:
    """Return the encoded labels of predictions: of `rows`, by default of all."""
    labels = (evaluation.predictions if rows is None else rows)["label"].to_numpy()
    values = PROBLEMS[evaluation.problem].encode_values(evaluation.names, labels)
    return Target("label", evaluation.problem, evaluation.names, values)
