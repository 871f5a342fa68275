"""Texts from outside on their way into a figure: the one place where they are escaped and cut.

Plotly reads a few HTML tags and entities in every text it shows (names, ticks, hover, annotations), so class,
run and column names could otherwise restyle a figure or put a link into it.
"""

import html
from collections.abc import Iterable


def plain(text: object, limit: int = 40) -> str:
    """Return `text` in one line of at most `limit` characters, cut with … and escaped.

    Quotes stay as they are: Plotly decodes ``&lt; &gt; &amp;`` but would show ``&quot;`` as it stands.
    """
    line = " ".join(str(text).split()) or "(empty)"
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return html.escape(line, quote=False)


def labels(names: Iterable[object], limit: int = 40) -> tuple[str, ...]:
    """Return `names` as `plain` texts, numbered where two were cut to one: an axis would merge them."""
    out: dict[str, None] = {}
    for name in names:
        text = unique = plain(name, limit)
        number = 1
        while unique in out:
            number += 1
            unique = f"{text} ({number})"
        out[unique] = None
    return tuple(out)


def amount(number: float) -> str:
    """Return a count in three digits for a label: ``950``, ``1.77 M``, ``22.7 M``, ``1.10 G``."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= size * 0.9995:
            value = number / size
            digits = max(0, 2 - (value >= 9.995) - (value >= 99.95))
            return f"{value:.{digits}f}{unit}"
    return f"{number:.0f}"
