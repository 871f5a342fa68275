"""What a finished run teaches another one: its distribution over the classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from translearn_core.activations import ProgressCallback
from translearn_core.config import DistilConfig
from translearn_core.errors import ConfigError
from translearn_core.transfer import load_trained

AT_A_TIME = 512
LEAST = 1e-8
"""A probability below this teaches nothing more."""


@dataclass(frozen=True)
class DistillationTarget:
    """What a teacher says of every row that trains: `told`, log-probabilities, shape (rows, classes)."""

    log_probs: Tensor
    config: DistilConfig

    def loss(self, logits: Tensor, index: Tensor, own: Tensor) -> Tensor:
        """Return the loss against labels `own` and the teacher's word together.

        References
        ----------
        Hinton, Vinyals & Dean 2015, arXiv:1503.02531, section 2.
        """
        t, share = self.config.temperature, self.config.weight
        soft = (self.log_probs[index] / t).softmax(-1)
        apart = functional.kl_div((logits / t).log_softmax(-1), soft, reduction="batchmean")
        return (1 - share) * own + share * t * t * apart


def teacher_log_probs(
    config: DistilConfig | None,
    teacher: Path | None,
    classes: Sequence[str],
    texts: Sequence[str],
    train: NDArray[np.int64],
    report: ProgressCallback,
) -> DistillationTarget | None:
    """Return what the run in the folder `teacher` says of the training rows; None where nobody teaches.

    Raises
    ------
    ConfigError
        If the teacher is gone, or has other classes.
    """
    if config is None:
        return None
    if teacher is None:
        raise ConfigError("distil.teacher", config.teacher, "a finished run that is still here")
    model = load_trained(teacher)
    if set(model.classes) != set(classes):
        strange = sorted(set(model.classes) ^ set(classes))
        raise ConfigError(
            "distil.teacher",
            config.teacher,
            f"a run with the same classes: {strange[0]!r} is known to one of the two only",
        )
    order = [model.classes.index(name) for name in classes]
    told = np.zeros((len(texts), len(classes)), dtype=np.float32)
    for start in range(0, len(train), AT_A_TIME):
        report("asking the teacher", start, len(train))
        rows = train[start : start + AT_A_TIME]
        told[rows] = model.predict([texts[i] for i in rows])[0][:, order]
    return DistillationTarget(
        torch.from_numpy(np.log(np.clip(told, LEAST, None))).to(model.compute.device), config
    )
