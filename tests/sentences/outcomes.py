"""Strategies of outcomes: better, worse, equal, chance, ties, and intervals with zero in or at the end."""

from hypothesis import strategies as st

from translearn_core.results import Difference, Estimate

EDGES = (-1.0, -0.5, -0.0504, -0.05, -0.0004, -0.00004, 0.0, 0.00004, 0.0004, 0.05, 0.0504, 0.5, 1.0)
"""Ends at which words turn: zero, what rounds to zero, half digits."""

signed = st.sampled_from(EDGES) | st.floats(-1, 1)
shares = st.sampled_from((0.0, 0.0004, 0.25, 0.5, 0.75, 0.75004, 0.9996, 1.0)) | st.floats(0, 1)
counts = st.sampled_from((1, 2, 3, 60, 199, 200, 1_000, 123_456)) | st.integers(1, 5_000)


def estimates(values: st.SearchStrategy[float] = signed) -> st.SearchStrategy[Estimate]:
    """Return estimates whose value lies in their interval."""
    return st.tuples(values, values, values).map(lambda ends: _estimate(*sorted(ends)))


def differences(seeds: st.SearchStrategy[int] | None = None) -> st.SearchStrategy[Difference]:
    """Return paired differences of shares."""
    number = st.integers(1, 5) if seeds is None else seeds
    return st.builds(lambda e, n: Difference(e.value, e.low, e.high, n), estimates(), number)


def _estimate(low: float, value: float, high: float) -> Estimate:
    return Estimate(value, low, high)


def ends(estimate: Estimate, factor: float = 100) -> tuple[float, float]:
    """Return the ends of an interval, in points."""
    return factor * estimate.low, factor * estimate.high


def split_counts(parts: int, rows: st.SearchStrategy[int] = counts) -> st.SearchStrategy[tuple[int, ...]]:
    """Return numbers of rows, which may be zero."""
    return st.tuples(*(st.just(0) | rows for _ in range(parts)))
