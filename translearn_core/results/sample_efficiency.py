"""Sample efficiency of one method in terms of another: how many labels give the same score."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SampleEfficiency:
    """Number of `labels` that method `worse` needs for the `score` of method `better` with `reference_size`.

    `labels` is None if `worse` never reaches it; `low` and `high` are the 95 % interval, None where open.
    """

    better: str
    worse: str
    reference_size: int
    score: float
    labels: float | None
    low: float | None
    high: float | None
