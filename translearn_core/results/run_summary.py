"""Summary of a finished run."""

from dataclasses import dataclass

from translearn_core.results.cache_usage import CacheUsage
from translearn_core.results.evaluation import Metrics


@dataclass(frozen=True)
class RunSummary:
    """Cost and scores of one run.

    `seconds` has read, encode, train, evaluate, total; `parameters` trainable, total. `reuse` is None if
    every step runs the whole backbone.
    """

    device: str
    precision: str
    seconds: dict[str, float]
    parameters: dict[str, int]
    validation: Metrics
    test: Metrics
    majority: float
    epochs: int
    best_epoch: int
    boundary: int
    reuse: CacheUsage | None = None
