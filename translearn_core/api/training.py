"""Training, its scores, and predictions of new texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from translearn_core.api.task import Task, experiment
from translearn_core.commands.terminal import client
from translearn_core.commands.terminal.errors import valid
from translearn_core.config import RECIPES, ExperimentConfig
from translearn_core.config.text_cells import text_columns
from translearn_core.jobs import PairedComparisonConfig, PredictConfig
from translearn_core.results import Evaluation, History, PairedComparison, Prediction
from translearn_core.runs import Run, open_store

AT_ONCE = 100
"""Texts of one prediction job."""


@dataclass(frozen=True)
class TrainedRun:
    """Finished training in the workspace.

    Attributes
    ----------
    run : Run
        Its record.
    """

    run: Run[ExperimentConfig] = field(repr=False)

    @property
    def id(self) -> str:
        """Id of the run, as ``translearn runs`` lists it."""
        return self.run.id

    @property
    def name(self) -> str:
        """Name of the run."""
        return self.run.name

    @property
    def config(self) -> ExperimentConfig:
        """All settings of the experiment."""
        return self.run.job.config

    def history(self) -> History:
        """Return losses of steps and scores of epochs; `History.frame` has a row per epoch."""
        return open_store().history(self.run.job.id)


def recipes() -> pd.DataFrame:
    """Return the recipes, one a row: recipe, title, summary, use_when, cost, source."""
    names = ("title", "summary", "use_when", "cost", "source")
    return pd.DataFrame(
        [{"recipe": str(one.name)} | {name: getattr(one, name) for name in names} for one in RECIPES.values()]
    )


def train(
    task: Task,
    recipe: str | None = None,
    *,
    train_blocks: str | None = None,
    seed: int = 0,
    teacher: TrainedRun | None = None,
    settings: Mapping[str, Any] | None = None,
) -> TrainedRun:
    """Fine-tune the backbone of a task, or return the run if it was trained before.

    Parameters
    ----------
    task : Task
    recipe : str, optional
        Name of a recipe (see `recipes`); without one and without blocks, the head alone trains.
    train_blocks : str, optional
        ``none``, ``all``, ``last:K`` or block numbers such as ``0,2,5``.
    seed : int
        Seed of head, batch order and dropout.
    teacher : TrainedRun, optional
        Finished run that teaches, for recipes that need one.
    settings : mapping, optional
        Any setting by its dotted name, such as ``{"training.epochs": 5}``.

    Raises
    ------
    ConfigError
        If a setting is invalid; it names the setting, the value and what is expected.
    TrainingError
        If the training failed or was stopped.
    """
    config = experiment(
        task,
        recipe=recipe,
        train_blocks=train_blocks,
        seed=seed,
        teacher=None if teacher is None else teacher.run.job.id,
        settings=settings,
    )
    return TrainedRun(client.submit(config, f"{task.name}, {config.method_name()}"))


def open_run(name: str) -> TrainedRun:
    """Return a finished training by its id, or the newest one of that name.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    return TrainedRun(client.find_training(name))


def evaluate(run: TrainedRun) -> Evaluation:
    """Return the scores of validation and test rows with 95 % intervals, and the predictions of all rows.

    `Evaluation.frame` has a row per split, `Evaluation.predictions` one per row of the table.
    """
    return client.result(run.run, Evaluation)


def compare(run: TrainedRun, other: TrainedRun) -> PairedComparison:
    """Compare two runs row by row on the test rows that both were tested on."""
    config = PairedComparisonConfig(job=run.run.job.id, other=other.run.job.id)
    return client.result(client.submit(config, "comparison"), PairedComparison)


def predict(run: TrainedRun, texts: Sequence[str]) -> pd.DataFrame:
    """Predict typed texts.

    Parameters
    ----------
    run : TrainedRun
    texts : sequence of str

    Returns
    -------
    DataFrame
        One row per text: text, predicted and, of classes, confidence.
    """
    parts = []
    for start in range(0, len(texts), AT_ONCE):
        some = tuple(texts[start : start + AT_ONCE])
        config = valid(PredictConfig, job=run.run.job.id, texts=some, neighbours=0)
        prediction = client.result(client.submit(config, "prediction"), Prediction)
        columns = pd.DataFrame(text_columns(prediction.texts))
        parts.append(pd.concat([columns, prediction.decoded.reset_index(drop=True)], axis=1))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"text": [], "predicted": []})
