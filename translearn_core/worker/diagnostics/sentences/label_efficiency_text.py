"""Sentences about crossings of label-efficiency curves."""

from translearn_core.analysis.comparison.label_efficiency import Crossing


def crossing_sentence(crossing: Crossing, name_a: str, name_b: str) -> str:
    """Return a crossing in words, with its interval."""
    at, largest, estimate = f"{crossing.reference_size:,}", f"{crossing.largest:,}", crossing.estimate
    span = label_span(crossing)
    unsure = ": which is ahead could be chance" if crossing.has_interval and crossing.could_be_chance else ""
    if estimate is None:
        if crossing.has_interval and crossing.low is None:
            return (
                f"With {at} labels {name_a} scores {crossing.score:.3f}; no crossing seen: even with "
                f"{largest} labels {name_b} does not reach it{unsure}."
            )
        return (
            f"With {at} labels {name_a} scores {crossing.score:.3f}; no crossing seen: even with {largest} "
            f"labels {name_b} does not reach it ({span}){unsure}."
        )
    if estimate <= crossing.smallest:
        if crossing.smallest < crossing.reference_size:
            return (
                f"With {at} labels {name_a} does only what {name_b} does with {crossing.smallest:,}, the "
                f"fewest tried, if not with fewer ({span}){unsure}."
            )
        return (
            f"With {at} labels {name_a} does what {name_b} does with {crossing.smallest:,}, the fewest "
            f"tried, if not with fewer ({span}){unsure}."
        )
    about = about_labels(estimate)
    if _rounded(estimate) < crossing.reference_size and not crossing.could_be_chance:
        return f"With {at} labels {name_a} does what {name_b} needs only about {about} for ({span})."
    return f"With {at} labels {name_a} does what {name_b} needs about {about} for ({span}){unsure}."


def about_labels(size: float) -> str:
    """Format a number of labels with two significant digits."""
    return f"{_rounded(size):,}"


def _rounded(size: float) -> int:
    """Return a size with two significant digits."""
    return round(size) if size < 100 else int(float(f"{size:.2g}"))


def label_span(crossing: Crossing) -> str:
    """Format the interval of a crossing, open where its ends were not reached."""
    low, high = crossing.low, crossing.high
    if not crossing.has_interval:
        return "one seed: no interval"
    if low is None:
        return f"95 %: more than {crossing.largest:,}"
    if high is not None and high <= crossing.smallest:
        return f"95 %: {crossing.smallest:,} or fewer"
    first = f"{crossing.smallest:,} or fewer" if low <= crossing.smallest else about_labels(low)
    last = f"more than {crossing.largest:,}" if high is None else about_labels(high)
    return f"95 %: {first} to {last}"
