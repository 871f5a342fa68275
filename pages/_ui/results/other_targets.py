"""Predictions of the other targets of a training of several, for the same typed sentences."""

import pandas as pd

from pages._ui.runs import run_picker
from pages._ui.shell import jobs, st, tables
from translearn_core.config import ExperimentConfig
from translearn_core.config.text_cells import TextCell, sides_of
from translearn_core.jobs import PredictConfig
from translearn_core.jobs.spec import WORDS
from translearn_core.results import Prediction
from translearn_core.runs import Run


def panel(run: Run[ExperimentConfig], texts: tuple[TextCell, ...], prediction: Prediction) -> None:
    """Show a column of predictions for each target that was trained together with a run's own."""
    others = _trained_together(run)
    if not others:
        return
    st.subheader("All targets", anchor=False)
    columns = {run.job.config.data.label: prediction.decoded["predicted"].tolist()}
    for other in others:
        answer = jobs.submit_and_watch(PredictConfig(job=other.job.id, texts=texts, neighbours=0))
        if answer is not None:
            columns[other.job.config.data.label] = answer.decoded["predicted"].tolist()
    sides = [sides_of(text) for text in texts]
    names = ("text", "second text")
    read = {names[k]: [side[k] for side in sides] for k in range(len(sides[0]))}
    tables.table(pd.DataFrame(read | columns), "predictions_of_all_targets", key="all_targets")


def _trained_together(run: Run[ExperimentConfig]) -> list[Run[ExperimentConfig]]:
    """Return the finished runs of the other targets of a run's training, in the order of the targets."""
    config = run.job.config
    if config.joint_run is None or config.data.problem in WORDS:
        return []
    ready = {
        other.job.config.data.label: other
        for other in run_picker.runs_with_results()
        if other.job.config.joint_run == config.joint_run and other.job.id != run.job.id
    }
    return [ready[target.column] for target in config.data.other_targets if target.column in ready]
