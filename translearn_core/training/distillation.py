"""Knowledge distillation: a finished run's class probabilities as soft targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import ProgressCallback
from translearn_core.config import DistilConfig
from translearn_core.errors import ConfigError
from translearn_core.transfer import load_trained
from translearn_core.transfer.objectives import Objective

MIN_PROBABILITY = 1e-8
"""Lower bound of teacher probabilities, so that their logarithm is finite."""


@dataclass(frozen=True)
class DistillationTarget:
    """Teacher log-probabilities of the training rows, shape (rows, classes)."""

    log_probs: Tensor
    config: DistilConfig

    def loss(
        self, objective: Objective, outputs: Tensor, rows: Tensor, label_loss: Tensor, count: int
    ) -> Tensor:
        """Return the weighted sum of `label_loss` and the distillation loss of `rows`, of `count` in all."""
        teacher, weight = self.log_probs[rows], self.config.weight
        distances = objective.distillation(outputs, teacher, self.config.temperature)
        return (1 - weight) * label_loss + weight * distances.sum() / count


def teacher_log_probs(
    config: DistilConfig | None,
    teacher: Path | None,
    classes: Sequence[str],
    texts: Sequence[str],
    train: NDArray[np.int64],
    report: ProgressCallback,
) -> DistillationTarget | None:
    """Predict the training rows with the run in the folder `teacher`; None without distillation.

    Raises
    ------
    ConfigError
        If the teacher is missing or has other classes.
    """
    if config is None:
        return None
    if teacher is None:
        raise ConfigError("distil.teacher", config.teacher, "a finished run that is still here")
    model = load_trained(teacher)
    if set(model.classes) != set(classes):
        mismatched = sorted(set(model.classes) ^ set(classes))
        raise ConfigError(
            "distil.teacher",
            config.teacher,
            f"a run with the same classes: {mismatched[0]!r} is known to one of the two only",
        )
    order = [model.classes.index(name) for name in classes]
    probabilities = np.zeros((len(texts), len(classes)), dtype=np.float32)
    outputs = model.predict(
        [texts[i] for i in train], lambda _, done, total: report("predicting with the teacher", done, total)
    )
    probabilities[train] = outputs.probabilities[:, order]
    log_probs = torch.from_numpy(np.log(np.clip(probabilities, MIN_PROBABILITY, None)))
    return DistillationTarget(log_probs.to(model.compute.device), config)
