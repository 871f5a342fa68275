"""Training history: losses of steps and scores of epochs."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from translearn_core.results.metric import LOSS, metrics_of_target

SPLITS = ("train", "validation")
"""Splits an epoch has metrics of."""


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

    `train` and `validation` have metrics by name, the loss first. `stage` counts from 0; `moved` is each
    part's distance from its initial weights, relative to their norm; `loss_weights` the learned weight of
    each of several targets' losses by its column, empty if none are learned. `best`: higher validation
    score than every epoch before; within a `History`, only the best epoch of all.
    """

    epoch: int
    step: int
    train: dict[str, float]
    validation: dict[str, float]
    seconds: float
    best: bool
    stage: int = 0
    moved: dict[str, float] = field(default_factory=dict)
    loss_weights: dict[str, float] = field(default_factory=dict)

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> "EpochPoint":
        """Read a point stored as a mapping; earlier versions had a field per split and metric."""
        values = dict(stored)
        for split in SPLITS:
            flat = [name for name in values if name.startswith(f"{split}_")]
            values.setdefault(split, {name.removeprefix(f"{split}_"): values.pop(name) for name in flat})
        return cls(**values)

    def for_target(self, column: str) -> "EpochPoint":
        """Return the metrics of one of several targets by their own names; its training loss is not known."""
        train, validation = (metrics_of_target(column, scores) for scores in (self.train, self.validation))
        loss = {LOSS: math.nan}
        weights = {name: weight for name, weight in self.loss_weights.items() if name == column}
        return replace(self, train=loss | train, validation=validation, loss_weights=weights)

    def row(self) -> dict[str, float]:
        """Return the fields except `moved` and `loss_weights`.

        Each metric has a column per split, such as `train_loss`.
        """
        metrics = {f"{split}_{name}": x for split in SPLITS for name, x in getattr(self, split).items()}
        ends = {"seconds": self.seconds, "best": self.best, "stage": self.stage}
        return {"epoch": self.epoch, "step": self.step, **metrics, **ends}


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
        """Return one row per epoch, see `EpochPoint.row`."""
        return pd.DataFrame([epoch.row() for epoch in self.epochs])

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics of an epoch, the loss first; the loss alone before the first epoch."""
        return tuple(self.epochs[-1].validation) if self.epochs else (LOSS,)

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

    def loss_weight_frame(self) -> pd.DataFrame:
        """Return one row per epoch and target: epoch, target, learned weight of its loss."""
        lines = [(e.epoch, target, weight) for e in self.epochs for target, weight in e.loss_weights.items()]
        return pd.DataFrame(lines, columns=["epoch", "target", "weight"])
