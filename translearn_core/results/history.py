"""One run over time: every step's loss and every epoch's scores."""

from dataclasses import asdict, dataclass, field, replace

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

    Accuracies and F1 are fractions in [0, 1], losses are cross-entropies in nats. `stage` counts from 0;
    `moved` says for every part how far its weights are from where they started, relative to their norm.
    `best`: it scored higher on validation than every epoch before it; of a `History`, only the best of all.
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
    """Steps and epochs of one run, in order; one epoch at most is the best, whose weights are kept."""

    steps: tuple[StepPoint, ...]
    epochs: tuple[EpochPoint, ...]

    def __post_init__(self) -> None:
        """Of the epochs that were the best so far, leave the last one marked."""
        last = max((place for place, epoch in enumerate(self.epochs) if epoch.best), default=None)
        epochs = (replace(epoch, best=place == last) for place, epoch in enumerate(self.epochs))
        object.__setattr__(self, "epochs", tuple(epochs))

    def frame(self) -> pd.DataFrame:
        """One line per epoch, columns as in `EpochPoint`; what moved has a frame of its own."""
        columns = [name for name in EpochPoint.__dataclass_fields__ if name != "moved"]
        return pd.DataFrame([asdict(e) for e in self.epochs], columns=columns)

    def step_frame(self) -> pd.DataFrame:
        """One line per step, columns as in `StepPoint`."""
        columns = list(StepPoint.__dataclass_fields__)
        return pd.DataFrame([asdict(s) for s in self.steps], columns=columns)

    def moved_frame(self) -> pd.DataFrame:
        """One line per epoch and part: epoch, step, stage, part, relative change since the start."""
        return pd.DataFrame(
            [
                {"epoch": e.epoch, "step": e.step, "stage": e.stage, "part": part, "relative_change": change}
                for e in self.epochs
                for part, change in e.moved.items()
            ],
            columns=["epoch", "step", "stage", "part", "relative_change"],
        )
