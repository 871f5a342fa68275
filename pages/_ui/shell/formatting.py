"""Escaping of texts for Markdown and formatting of numbers, sizes and times."""

import re
import time
from collections import Counter
from collections.abc import Mapping

from pages._ui.shell import language
from translearn_core.results.format import cut

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^=@/\"'])")
_LINKED = re.compile(r"(?<=http)\\:|(?<=https)\\:|(?<=www)\\\.|(?<=[-.\w+])\\@(?=\\?[-\w])", re.IGNORECASE)
"""The escaped character that Streamlit's Markdown needs to detect an address."""


def plain(text: object) -> str:
    """Return `text` in the current language, escaped for Markdown: no links, images, formulas or HTML.

    Addresses are linked after unescaping, within one text node: an empty colour directive splits the node
    and shows its character unchanged.
    """
    line = " ".join(str(text).split())
    escaped = _PUNCTUATION.sub(r"\\\1", language.translate(line) if " " in line else line)
    return _LINKED.sub(r":color[\g<0>]", escaped)


def short(text: object, limit: int = 40) -> str:
    """Return `text` on one line, cut with an ellipsis."""
    return cut(" ".join(str(text).split()), limit)


def shorten_middle(text: object, limit: int = 40) -> str:
    """Return `text` on one line, cut in the middle with an ellipsis."""
    line = " ".join(str(text).split())
    if len(line) <= limit:
        return line
    end = limit // 2
    return f"{line[: limit - 1 - end].rstrip()}…{line[-end:].lstrip()}"


def size(number: float) -> str:
    """Return a number of bytes with a unit: 12 MB."""
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def duration(seconds: float | None) -> str:
    """Return a duration with units: 2 min 05 s; a dash for None."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return "under 1 s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f} min"


def ago(moment: float) -> str:
    """Return a time stamp relative to now: 2 hours ago."""
    seconds = time.time() - moment
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {unit}{'s' * (number > 1)} ago"
    return "just now"


def count(number: float) -> str:
    """Return a large number shortened: 22.7 M."""
    for unit in ("", " K", " M"):
        if abs(number) < 1000:
            return f"{number:.0f}{unit}" if not unit or number >= 100 else f"{number:.1f}{unit}"
        number /= 1000
    return f"{number:.1f} G"


def epochs(number: int) -> str:
    """Return a number of epochs in words: 1 epoch, 3 epochs."""
    return f"{number} epoch{'s' * (number != 1)}"


def span(low: float, high: float) -> str:
    """Return a 95 % interval of a fraction in percent."""
    return f"{100 * low:.1f} – {100 * high:.1f} %"


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th and so on."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names by their keys, equal ones numbered: a select box tells its options by their names."""
    seen: Counter[str] = Counter()
    result = {}
    for key, name in names.items():
        seen[name] += 1
        result[key] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return result
