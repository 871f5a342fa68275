"""Statistics counted row by row, as a textbook writes them."""

from collections.abc import Sequence


def ece(sure: Sequence[float], correct: Sequence[bool], bins: int) -> float:
    """Expected calibration error (Guo et al. 2017, equation 3)."""
    total = 0.0
    for k in range(bins):
        inside = [i for i, one in enumerate(sure) if k / bins < one <= (k + 1) / bins]
        if inside:
            gap = sum(correct[i] for i in inside) / len(inside) - sum(sure[i] for i in inside) / len(inside)
            total += len(inside) / len(sure) * abs(gap)
    return total
