"""Sentences about crossings of label-efficiency curves."""

from translearn_core.analysis.comparison.label_efficiency import Crossing


def crossing_sentence(crossing: Crossing, name_a: str, name_b: str) -> str:
    """Return a crossing in words, with its interval."""
    at, estimate = f"{crossing.reference_size:,}", crossing.estimate
    span = f" (95 %: {label_span(crossing)})" if crossing.has_interval else " (one seed: no interval)"
    if estimate is None:
        sentence = (
            f"With {at} labels {name_a} scores {crossing.score:.3f}; no crossing seen: even with "
            f"{crossing.largest:,} labels {name_b} does not reach it"
        )
        if crossing.has_interval and crossing.low is None:
            span = ""
    elif estimate <= crossing.smallest:
        only = "only " if crossing.smallest < crossing.reference_size else ""
        sentence = (
            f"With {at} labels {name_a} does {only}what {name_b} does with {crossing.smallest:,}, "
            "the fewest tried, if not with fewer"
        )
    else:
        fewer = _rounded(estimate) < crossing.reference_size
        only = "only " if fewer and not crossing.could_be_chance else ""
        sentence = (
            f"With {at} labels {name_a} does what {name_b} needs {only}about {about_labels(estimate)} for"
        )
    unsure = ": which is ahead could be chance" if crossing.has_interval and crossing.could_be_chance else ""
    return f"{sentence}{span}{unsure}."


def about_labels(size: float) -> str:
    """Format a number of labels with two significant digits."""
    return f"{_rounded(size):,}"


def _rounded(size: float) -> int:
    """Return a size with two significant digits."""
    return round(size) if size < 100 else int(float(f"{size:.2g}"))


def label_span(crossing: Crossing) -> str:
    """Format the interval of a crossing, open where its ends were not reached."""
    low, high = crossing.low, crossing.high
    if low is None:
        return f"more than {crossing.largest:,}"
    if high is not None and high <= crossing.smallest:
        return f"{crossing.smallest:,} or fewer"
    first = f"{crossing.smallest:,} or fewer" if low <= crossing.smallest else about_labels(low)
    return f"{first} to {f'more than {crossing.largest:,}' if high is None else about_labels(high)}"
