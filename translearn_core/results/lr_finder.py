"""What happens to the loss while the learning rate rises, and the rate that follows from it."""

from dataclasses import dataclass

import pandas as pd

from translearn_core.config import TrainingConfig

MOST_RATE, MOST_HEAD_RATE = 1.0, 10.0
"""Highest rates that a `TrainingConfig` takes."""


@dataclass(frozen=True)
class LrFinderResult:
    """A learning-rate range test (Smith 2015, arXiv:1506.01186), step by step.

    `setting` is the setting that was raised: ``lr``, ``head_lr`` where only the head trains, or ``rates``
    where every block has a rate of its own, of which the highest is told. All other rates rose in proportion.
    `before` is its value in the experiment, `rates` its value at every step, `losses` the batch's loss there
    in nats and `smoothed` their running mean. `suggestion` is `before` where the loss did not fall; `reason`
    says in a sentence or two where the suggestion comes from.
    """

    setting: str
    before: float
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    suggestion: float
    reason: str

    @property
    def part(self) -> str:
        """Whose rate it is: ``head`` or ``backbone``."""
        return "head" if self.setting == "head_lr" else "backbone"

    def apply(self, training: TrainingConfig) -> TrainingConfig:
        """Return `training` at the suggested rate, with all other rates still in proportion to it."""
        factor = self.suggestion / self.before

        def scaled(rate: float, most: float) -> float:
            return min(most, float(f"{rate * factor:.3g}"))

        parts: dict[str, object] = {"head_lr": scaled(training.head_lr, MOST_HEAD_RATE)}
        if self.setting == "lr":
            parts["lr"] = self.suggestion
        elif self.setting == "rates":
            parts["rates"] = tuple(scaled(rate, MOST_RATE) for rate in training.rates)
        else:
            parts["head_lr"] = self.suggestion
        return training.model_copy(update=parts)

    def frame(self) -> pd.DataFrame:
        """One line per step: rate, loss, smoothed loss."""
        return pd.DataFrame({"rate": self.rates, "loss": self.losses, "smoothed loss": self.smoothed})
