"""Training history: losses of steps and scores of epochs."""

from dataclasses import asdict, dataclass, field, replace

import pandas as pd


@dataclass(frozen=True)
class StepPoint:
    """Metrics of one optimizer step."""

    step: int
    epoch: float
    loss: float
    lr: float
    head_lr: float
    grad_norm: float
    tokens_per_second: float


@dataclass(frozen=True)
class EpochPoint:
    """Metrics of one epoch.

    Accuracies and F1 are fractions in [0, 1], losses are cross-entropies in nats. `stage` counts from 0;
    `moved` is each part's distance from its initial weights, relative to their norm. `best`: higher
    validation score than every epoch before; within a `History`, only the best epoch of all.
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
    stage: int = 0
    moved: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """Steps and epochs of one run, in order; at most one epoch, whose weights are kept, is the best."""

    steps: tuple[StepPoint, ...]
    epochs: tuple[EpochPoint, ...]

    def __post_init__(self) -> None:
        """Keep only the last of the epochs marked as best."""
        last = max((i for i, epoch in enumerate(self.epochs) if epoch.best), default=None)
        epochs = (replace(epoch, best=i == last) for i, epoch in enumerate(self.epochs))
        object.__setattr__(self, "epochs", tuple(epochs))

    def frame(self) -> pd.DataFrame:
        """Return one row per epoch: the fields of `EpochPoint` except `moved`."""
        columns = [name for name in EpochPoint.__dataclass_fields__ if name != "moved"]
        return pd.DataFrame([asdict(e) for e in self.epochs], columns=columns)

    def step_frame(self) -> pd.DataFrame:
        """Return one row per step: the fields of `StepPoint`."""
        return pd.DataFrame([asdict(s) for s in self.steps], columns=list(StepPoint.__dataclass_fields__))

    def moved_frame(self) -> pd.DataFrame:
        """Return one row per epoch and part: epoch, step, stage, part, relative change since the start."""
        return pd.DataFrame(
            [
                {"epoch": e.epoch, "step": e.step, "stage": e.stage, "part": part, "relative_change": change}
                for e in self.epochs
                for part, change in e.moved.items()
            ],
            columns=["epoch", "step", "stage", "part", "relative_change"],
        )
