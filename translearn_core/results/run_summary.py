"""A finished run in a few numbers: what the command line prints and the Compare page lists."""

from dataclasses import dataclass

from translearn_core.results.cache_usage import CacheUsage
from translearn_core.results.evaluation import Metrics


@dataclass(frozen=True)
class RunSummary:
    """Cost and score of one run; `seconds` has read, encode, train, evaluate, total.

    `parameters` trainable, total; `reuse` says how much of the frozen part had been computed before, None
    where every step runs the whole backbone.
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
