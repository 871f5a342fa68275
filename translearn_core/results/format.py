"""Counts, shares, quoted values and lists in sentences."""

from collections.abc import Sequence

LONGEST_NAME = 60
"""Most characters of a quoted value; longer ones are cut with an ellipsis."""


def count_noun(number: int, thing: str, things: str | None = None) -> str:
    """Return "1 row" or "3,460 rows"; `things` is an irregular plural."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def cut(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, cut with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quote(value: object) -> str:
    """Return the value in quotes, on one line, at most `LONGEST_NAME` characters."""
    return f"'{cut(' '.join(str(value).split()) or str(value), LONGEST_NAME)}'"


def quote_list(values: Sequence[object], most: int = 5) -> str:
    """Return "'a', 'b' and 3 more"."""
    return join_list([quote(value) for value in values], most)


def join_list(words: Sequence[str], most: int = 5) -> str:
    """Return "a, b and c", or "a, b and 3 more" if there are more than `most`."""
    if len(words) > most:
        return f"{', '.join(words[: most - 1])} and {len(words) - most + 1:,} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def percent(share: float) -> str:
    """Return a share in percent with one decimal."""
    return f"{100 * share:.1f} %"


def magnitude(value: float, digits: int = 1) -> str:
    """Return the absolute value, or "under 0.1" where it would be rounded to zero."""
    text = f"{abs(value):.{digits}f}"
    return f"under {10.0**-digits:.{digits}f}" if value and not float(text) else text


def signed_points(difference: float) -> str:
    """Return a difference of shares in percentage points with its sign."""
    return f"{100 * difference:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")


def rounded_percent(share: float) -> str:
    """Return a share in [0, 1] in percent with three significant digits, or "under 0.1 %"."""
    return "under 0.1 %" if 0 < share < 0.001 else f"{100 * share:.3g} %"


def change_percent(share: float) -> str:
    """Return a relative change in percent with two significant digits, from 10 % on without decimals."""
    return f"{100 * share:.2g} %" if share < 0.095 else f"{100 * share:,.0f} %"


def approximate_duration(seconds: float) -> str:
    """Return an estimated duration, rounded to two digits at most."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.{0 if seconds >= 10 * length else 1}f} {unit}"
    return f"{max(1, seconds):.0f} s"


def on_two_cores(seconds: float) -> str:
    """Return an estimated duration of work whose speed on this machine was not measured."""
    return f"about {approximate_duration(seconds)} on two cores"


def was_or_were(number: int) -> str:
    """Return "was" or "were"."""
    return "was" if number == 1 else "were"
