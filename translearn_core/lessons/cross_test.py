"""Test sentences of a class against the models of all its seats: which are hard, and for whose model."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import pandas as pd

from translearn_core.config import job_id
from translearn_core.data import sample_bytes
from translearn_core.errors import DamagedFileError
from translearn_core.jobs import PredictConfig
from translearn_core.lessons.board import seat_label
from translearn_core.prepared_experiments.experiment import Experiment
from translearn_core.results import Prediction
from translearn_core.runs import RunStore, Seat, artifacts
from translearn_core.runs.rooms.records import RoomRun, RoomText
from translearn_core.runs.rooms.texts import predictions_wanted


@dataclass(frozen=True)
class CrossTest:
    """Predicted labels of the test sentences, in their order, by the seat whose model predicted them."""

    texts: tuple[RoomText, ...]
    predicted: dict[Seat, tuple[str, ...]]

    def share_right(self, text: int) -> float:
        """Return the share of the models that are right about a sentence."""
        right = [labels[text] == self.texts[text].label for labels in self.predicted.values()]
        return sum(right) / len(right)

    def hardest(self, *, hidden: bool) -> pd.DataFrame:
        """Return the sentences, those first that the fewest models get right."""
        rows = [
            (one.text, one.label, self.share_right(k), seat_label(one.seat, hidden=hidden))
            for k, one in enumerate(self.texts)
        ]
        frame = pd.DataFrame(rows, columns=["sentence", "label", "models_right", "written_by"])
        return frame.sort_values("models_right", kind="stable").reset_index(drop=True)

    def matrix(self, *, hidden: bool) -> pd.DataFrame:
        """Return the accuracy of each model (columns) on the sentences of each seat (rows)."""
        writers = {one.seat.id: one.seat for one in self.texts}
        table = {
            seat_label(model, hidden=hidden): {
                seat_label(writer, hidden=hidden): self._accuracy(writer, labels)
                for writer in writers.values()
            }
            for model, labels in self.predicted.items()
        }
        return pd.DataFrame(table)

    def _accuracy(self, writer: Seat, labels: Sequence[str]) -> float:
        right = [
            label == one.label
            for one, label in zip(self.texts, labels, strict=True)
            if one.seat.id == writer.id
        ]
        return sum(right) / len(right)


def sample_labels(experiment: Experiment) -> tuple[str, ...]:
    """Return the labels of the sample that an experiment learns from, sorted."""
    column = pd.read_csv(BytesIO(sample_bytes(experiment.sample)), dtype=str)[experiment.dataset.label]
    return tuple(sorted(column.dropna().unique()))


def models_of(runs: Sequence[RoomRun]) -> list[RoomRun]:
    """Return the first finished run of each seat; of a run that seats share, that of the first."""
    by_seat: dict[str, RoomRun] = {}
    for run in runs:
        by_seat.setdefault(run.seat.id, run)
    by_job: dict[str, RoomRun] = {}
    for run in by_seat.values():
        by_job.setdefault(run.job, run)
    return list(by_job.values())


def cross_test(store: RunStore, runs: Sequence[RoomRun], texts: Sequence[RoomText]) -> CrossTest:
    """Return the predictions that are there already; models without all of them are left out."""
    predicted = {}
    for run in runs:
        labels: list[str] = []
        for config in predictions_wanted(run, texts):
            labels += _labels(store, config)
        if len(labels) == len(texts):
            predicted[run.seat] = tuple(labels)
    return CrossTest(tuple(texts), predicted)


def _labels(store: RunStore, config: PredictConfig) -> list[str]:
    """Return the predicted labels of a job, none while it is not done."""
    try:
        result = artifacts.load(store.workspace.run(job_id(config)), Prediction)
    except DamagedFileError:
        return []
    return [] if result is None else [str(label) for label in result.decoded["predicted"]]
