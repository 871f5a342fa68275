"""Summary of a finished run."""

from dataclasses import dataclass
from typing import ClassVar

from translearn_core.results.cache_usage import CacheUsage
from translearn_core.results.evaluation import Metrics


@dataclass(frozen=True)
class RunSummary:
    """Cost and scores of one run.

    `seconds` has read, encode, train, evaluate, total; `parameters` trainable, total. `reuse` is None if
    every step runs the whole backbone; `constant_baseline` is the test headline of the best constant
    prediction.
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
