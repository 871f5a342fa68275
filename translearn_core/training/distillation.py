"""Knowledge distillation: a finished run's outputs as soft targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from translearn_core.activations import ProgressCallback
from translearn_core.config import Cell, DistilConfig
from translearn_core.errors import ConfigError
from translearn_core.transfer import load_fine_tuned
from translearn_core.transfer.objectives import Objective


@dataclass(frozen=True)
class DistillationTarget:
    """Teacher's outputs of the training rows before activation, shape (rows, n_outputs)."""

    outputs: Tensor
    config: DistilConfig

    def loss(
        self, objective: Objective, outputs: Tensor, rows: Tensor, label_loss: Tensor, count: int
    ) -> Tensor:
        """Return the weighted sum of `label_loss` and the distillation loss of `rows`, of `count` in all."""
        teacher, weight = self.outputs[rows], self.config.weight
        distances = objective.distillation(outputs, teacher, self.config.temperature)
        return (1 - weight) * label_loss + weight * distances.sum() / count


def teacher_outputs(
    config: DistilConfig | None,
    teacher: Path | None,
    names: Sequence[str],
    texts: Sequence[Cell],
    train: NDArray[np.int64],
    report: ProgressCallback,
) -> DistillationTarget | None:
    """Predict the training rows with the run in the folder `teacher`; None without distillation.

    Raises
    ------
    ConfigError
        If the teacher is missing or has outputs of other names.
    """
    if config is None:
        return None
    if teacher is None:
        raise ConfigError("distil.teacher", config.teacher, "a finished run that is still here")
    model = load_fine_tuned(teacher)
    if set(model.names) != set(names):
        mismatched = sorted(set(model.names) ^ set(names))
        raise ConfigError(
            "distil.teacher",
            config.teacher,
            f"a run with the same classes: {mismatched[0]!r} is known to one of the two only",
        )
    order = [model.names.index(name) for name in names]
    outputs = np.zeros((len(texts), len(names)), dtype=np.float32)
    predicted = model.predict(
        [texts[i] for i in train], lambda _, done, total: report("predicting with the teacher", done, total)
    )
    outputs[train] = predicted.logits[:, order]
    return DistillationTarget(torch.from_numpy(outputs).to(model.compute.device), config)
