"""Self-training of an experiment: what the loop trains, and the account of its rounds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from translearn_core.activations import ProgressCallback
from translearn_core.config import ExperimentConfig, Split
from translearn_core.data.dataset import PreparedDataset
from translearn_core.data.unlabelled import UNKNOWN
from translearn_core.experiment.adaptation import Adaptation
from translearn_core.experiment.training_data import TrainingData
from translearn_core.results import EpochPoint, SelfTraining, SelfTrainingRound
from translearn_core.results.metric import LOSS
from translearn_core.results.training.self_training import LaterTraining
from translearn_core.runs import artifacts
from translearn_core.training.loop import Loop
from translearn_core.training.self_training.consistency import Consistency
from translearn_core.training.self_training.pseudo_labelled_rows import PseudoLabelledRows
from translearn_core.training.self_training.pseudo_labels import PseudoLabeller, PseudoLabels
from translearn_core.training.training_rows import TrainingRows
from translearn_core.transfer import Classifier


def self_training(config: ExperimentConfig, prepared: PreparedDataset, data: TrainingData) -> Adaptation:
    """Return what trains under the self-training of `config`: labelled rows alone if there are no others."""
    chosen, rows = config.self_training, data.rows
    if chosen is None or not len(data.unlabelled):
        return Adaptation(rows, rows)
    assert isinstance(rows, TrainingRows)
    key = prepared.unlabelled_key
    if not len(key):
        key = np.full(len(data.unlabelled), UNKNOWN, dtype=np.int64)
    classes = np.unique(rows.target.values[rows.train])
    labeller = PseudoLabeller(chosen, data.unlabelled, key, classes)
    added = None
    if chosen.per_step:
        batch_size = min(config.training.batch_size, len(rows.train))
        added = Consistency(chosen, data.unlabelled, data.altered, batch_size, config.training.seed)
    task = PseudoLabelledRows(rows, len(data.texts), chosen.weight, PseudoLabels.of({}))
    return Adaptation(rows, task, added, labeller)


def self_training_result(
    loop: Loop, prepared: PreparedDataset, report: ProgressCallback
) -> SelfTraining | None:
    """Return the account of the rounds of a finished loop; None without self-training.

    The model that is kept is asked once more what it predicts, except where a round is an epoch.
    """
    labeller, state = loop.labeller, loop.state
    if labeller is None:
        return None
    rounds, trainings = list(state.rounds), 0
    later: tuple[LaterTraining, ...] = ()
    if not labeller.config.per_step:
        rounds = rounds[: loop.best_stage]  # pseudo-labels of later ones trained nothing that is kept
        assert isinstance(loop.model, Classifier)
        probabilities = labeller.probabilities(loop.model, loop.inputs, loop.compute, report)
        score = _score_of_best_epoch(loop)
        rounds.append(labeller.record(len(rounds) + 1, score, probabilities, PseudoLabels.of({})))
        trainings = 1 + max((p.stage for p in state.history if isinstance(p, EpochPoint)), default=0)
        later = tuple(_later_training(loop, stage) for stage in range(loop.best_stage + 1, trainings))
    return replace(_account(labeller, prepared, rounds), trainings=trainings, later=later)


@dataclass
class RoundsWriter:
    """Saves the account of the rounds in the folder of a run whenever one has ended.

    Without self-training it does nothing.
    """

    folder: Path
    loop: Loop
    prepared: PreparedDataset
    saved: int = -1

    def __call__(self) -> None:
        """Save the rounds so far if there are others than when they were saved last."""
        labeller, rounds = self.loop.labeller, self.loop.state.rounds
        if labeller is not None and len(rounds) != self.saved:
            artifacts.save(self.folder, _account(labeller, self.prepared, rounds))
            self.saved = len(rounds)


def _account(
    labeller: PseudoLabeller,
    prepared: PreparedDataset,
    rounds: Sequence[SelfTrainingRound],
) -> SelfTraining:
    """Return the account of `rounds`."""
    train = prepared.split_indices(Split.TRAIN)  # without altered copies
    return SelfTraining(
        method=str(labeller.config.method),
        threshold=labeller.config.threshold,
        labelled=len(train),
        unlabelled=len(labeller.rows),
        classes=prepared.target.names,
        rounds=tuple(rounds),
        labelled_classes=tuple(
            np.bincount(prepared.labels[train], minlength=len(prepared.target.names)).tolist()
        ),
    )


def _later_training(loop: Loop, stage: int) -> LaterTraining:
    """Return the account of a training after the first, which learned from the labels of the round before."""
    before = loop.state.rounds[stage - 1]
    points = [p for p in loop.state.history if isinstance(p, EpochPoint) and p.stage == stage]
    scores = [point.validation.get(loop.task.selection, math.nan) for point in points]
    best = min if loop.task.selection == LOSS else max
    return LaterTraining(stage + 1, best(scores, default=math.nan), before.total, before.known, before.right)


def _score_of_best_epoch(loop: Loop) -> float:
    """Return the validation score of the epoch that is kept, NaN if there is none."""
    for point in loop.state.history:
        if isinstance(point, EpochPoint) and point.epoch == loop.state.best_epoch:
            return point.validation.get(loop.task.selection, math.nan)
    return math.nan
