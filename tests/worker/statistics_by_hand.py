"""Reference implementations of statistics, row by row."""

from collections.abc import Sequence


def ece(confidence: Sequence[float], correct: Sequence[bool], bins: int) -> float:
    """Expected calibration error (Guo et al. 2017, equation 3)."""
    total = 0.0
    for k in range(bins):
        inside = [i for i, value in enumerate(confidence) if k / bins < value <= (k + 1) / bins]
        if inside:
            gap = sum(correct[i] for i in inside) / len(inside) - sum(confidence[i] for i in inside) / len(
                inside
            )
            total += len(inside) / len(confidence) * abs(gap)
    return total
