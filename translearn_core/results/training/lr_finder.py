"""Learning-rate range test: losses at rising rates, and a suggested rate."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from translearn_core.config import TrainingConfig
from translearn_core.config.training import MAX_HEAD_RATE, MAX_RATE

LrSetting = Literal["lr", "head_lr", "lr_per_block"]
"""Setting of `TrainingConfig` that the learning-rate finder raises."""


@dataclass(frozen=True)
class LrFinderResult:
    """Learning-rate range test (Smith 2015, arXiv:1506.01186).

    `setting` is the setting that was raised: ``lr``, ``head_lr`` if only the head trains, or the
    highest of ``lr_per_block``. All other rates rose in proportion. `before` is its value in the experiment,
    `rates` its value at every step, `losses` the batch's loss there in nats and `smoothed` their running
    mean. `suggestion` is `before` if the loss did not fall; `reason` explains the suggestion.
    """

    setting: LrSetting
    before: float
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    suggestion: float
    reason: str

    @property
    def part(self) -> str:
        """Part that the rate belongs to: ``head`` or ``backbone``."""
        return "head" if self.setting == "head_lr" else "backbone"

    def apply(self, training: TrainingConfig) -> TrainingConfig:
        """Return `training` at the suggested rate, with all other rates in proportion."""
        factor = self.suggestion / self.before

        def scaled(rate: float, maximum: float) -> float:
            return min(maximum, float(f"{rate * factor:.3g}"))

        parts: dict[str, object] = {"head_lr": scaled(training.head_lr, MAX_HEAD_RATE)}
        if self.setting == "lr":
            parts["lr"] = self.suggestion
        elif self.setting == "lr_per_block":
            parts["lr_per_block"] = tuple(scaled(rate, MAX_RATE) for rate in training.lr_per_block)
        else:
            parts["head_lr"] = self.suggestion
        return training.model_copy(update=parts)

    def frame(self) -> pd.DataFrame:
        """Return one row per step: rate, loss, smoothed loss."""
        return pd.DataFrame({"rate": self.rates, "loss": self.losses, "smoothed loss": self.smoothed})
