"""One run over time: every step's loss and every epoch's scores."""

from dataclasses import asdict, dataclass

import pandas as pd


@dataclass(frozen=True)
class StepPoint:
    """One optimizer step."""

    step: int
    epoch: float
    loss: float
    lr: float
    head_lr: float
    grad_norm: float
    tokens_per_second: float


@dataclass(frozen=True)
class EpochPoint:
    """One pass over the training rows.

    Accuracies and F1 are fractions in [0, 1], losses are cross-entropies in nats.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    train_macro_f1: float
    validation_loss: float
    validation_accuracy: float
    validation_macro_f1: float
    seconds: float
    best: bool


@dataclass(frozen=True)
class History:
    """Steps and epochs of one run, in order."""

    steps: tuple[StepPoint, ...]
    epochs: tuple[EpochPoint, ...]

    def frame(self) -> pd.DataFrame:
        """One line per epoch, columns as in `EpochPoint`."""
        columns = list(EpochPoint.__dataclass_fields__)
        return pd.DataFrame([asdict(e) for e in self.epochs], columns=columns)

    def step_frame(self) -> pd.DataFrame:
        """One line per step, columns as in `StepPoint`."""
        columns = list(StepPoint.__dataclass_fields__)
        return pd.DataFrame([asdict(s) for s in self.steps], columns=columns)
