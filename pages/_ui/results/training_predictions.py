"""Offer to predict the training rows of a run that did not."""

from pages._ui.diagnostics import panel as diagnostic
from pages._ui.shell import st
from translearn_core.config import ExperimentConfig
from translearn_core.jobs import TRAINING_PREDICTIONS, TrainingPredictionsConfig
from translearn_core.results import Evaluation
from translearn_core.runs import Run

UNPREDICTED = (
    "This run predicted its validation and test rows only, as the runs of a search do. Its training rows, "
    "among which the nearest neighbours are, take one pass through the model; nothing is trained."
)


def offer(run: Run[ExperimentConfig], evaluation: Evaluation) -> None:
    """Offer to predict the training rows, or show the progress, if they were not predicted."""
    if evaluation.predicted_rows.all():
        return
    with st.container(border=True):
        diagnostic.offer_control(
            TrainingPredictionsConfig(job=run.job.id),
            f"{run.name}, training rows",
            TRAINING_PREDICTIONS.progress,
            UNPREDICTED,
            label=TRAINING_PREDICTIONS.action,
            key="predict_training_rows",
            icon="list_alt_check",
        )
