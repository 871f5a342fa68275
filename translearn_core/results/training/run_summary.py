"""Summary of a finished run, and its use of the activation cache."""

from dataclasses import dataclass
from typing import ClassVar

from translearn_core.config import ExperimentConfig, FreezePlan
from translearn_core.results.evaluation import Metrics
from translearn_core.results.format import count_noun

WEIGHTS_DELETED = (
    "The weights of this run were deleted, its results are kept: train it again to restore them."
)
"""Message for a run with results and without a model."""
WEIGHTS_MARK = "weights_deleted"
"""File in the folder of a run whose weights were deleted."""


@dataclass(frozen=True)
class CacheUsage:
    """Texts of a run, texts encoded because they were not cached, and seconds saved."""

    texts: int
    encoded: int
    saved_seconds: float
    passes: int = 1

    def __add__(self, later: "CacheUsage") -> "CacheUsage":
        """Add two passes of a run; a text encoded in both counts twice."""
        return CacheUsage(
            max(self.texts, later.texts),
            self.encoded + later.encoded,
            self.saved_seconds + later.saved_seconds,
            self.passes + later.passes,
        )

    def summary(self) -> str:
        """Describe the usage in words."""
        text = f"encoded {self.encoded:,} of {count_noun(self.texts, 'text')}"
        if self.passes > 1:
            text = f"{count_noun(self.texts, 'text')}, encoded {self.encoded:,} times in {self.passes} passes"
        return f"{text}, saved {max(1.0, self.saved_seconds):,.0f} s" if self.saved_seconds else text


@dataclass(frozen=True)
class RunSummary:
    """Cost and scores of one run.

    `seconds` has read, encode, train, evaluate, total; `parameters` trainable, total. `reuse` is None if
    every step runs the whole backbone; `constant_baseline` is the test headline of the best constant
    prediction. `parameters` and `boundary` are those of the weights kept: what trained up to `best_epoch`,
    of stage `best_stage` (from 0; None if a run of an earlier version did not store it).
    """

    EARLIER_FIELDS: ClassVar[dict[str, str | None]] = {"majority": "constant_baseline"}

    device: str
    precision: str
    seconds: dict[str, float]
    parameters: dict[str, int]
    validation: Metrics
    test: Metrics
    constant_baseline: float
    epochs: int
    best_epoch: int
    boundary: int
    reuse: CacheUsage | None = None
    best_stage: int | None = None

    def kept_weights(self, config: ExperimentConfig) -> FreezePlan:
        """Return what had trained in the weights that are kept, for the configuration of this run."""
        return config.freeze_until(self.best_stage)

    def early_stage_sentence(self, config: ExperimentConfig) -> str | None:
        """Say that validation chose an epoch of an earlier stage than the last; None if it did not."""
        stages = len(config.resolved_stages)
        if self.best_stage is None or self.best_stage >= stages - 1 or config.self_training is not None:
            return None
        return (
            f"Validation chose epoch {self.best_epoch}, of stage {self.best_stage + 1} of {stages}: in the "
            f"weights that are kept only this had trained: {self.kept_weights(config).label}. The stages "
            "after it scored no better on validation."
        )
