"""Texts from outside on their way into a figure: the one place where they are escaped and cut.

Plotly reads a few HTML tags and entities in every text it shows (names, ticks, hover, annotations), so class,
run and column names could otherwise restyle a figure or put a link into it.
"""

import html
from collections import Counter
from collections.abc import Collection, Iterable, Sequence


def plain(text: object, limit: int = 40) -> str:
    """Return `text` in one line of at most `limit` characters, cut with … and escaped.

    Quotes stay as they are: Plotly decodes ``&lt; &gt; &amp;`` but would show ``&quot;`` as it stands.
    """
    return html.escape(_cut(_line(text), limit), quote=False)


def shortened(names: Iterable[object], limit: int = 40) -> tuple[str, ...]:
    """Return each name in one line of at most `limit` characters, cut so that what tells them apart stays.

    Long names that begin alike lose what they have in common there; those that would still be cut to the same
    lose their middle.
    """
    lines = [_line(name) for name in names]
    apart = _without_common_beginnings(lines, limit)
    found = [_cut(line, limit) for line in apart]
    often = Counter(dict(zip(lines, found, strict=True)).values())
    return tuple(
        _cut_within(line, limit) if often[text] > 1 and text != line else text
        for line, text in zip(apart, found, strict=True)
    )


def labels(names: Iterable[object], limit: int = 40) -> tuple[str, ...]:
    """Return `names` shortened and escaped, numbered where two are the same: an axis would merge them."""
    out: dict[str, None] = {}
    for name in shortened(names, limit):
        text = unique = html.escape(name, quote=False)
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


def _line(text: object) -> str:
    return " ".join(str(text).split()) or "(empty)"


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _cut_within(line: str, limit: int) -> str:
    end = (limit - 1) // 2
    return f"{line[: limit - 1 - end].rstrip()}…{line[-end:].lstrip()}"


def _without_common_beginnings(lines: Sequence[str], limit: int) -> list[str]:
    """Return lines without what too long ones that begin alike, for half of what is shown, begin with."""
    alike: dict[str, set[str]] = {}
    for line in lines:
        if len(line) > limit:
            alike.setdefault(line[: limit // 2], set()).add(line)
    shared = {start: _common(those) for start, those in alike.items()}
    out = []
    for line in lines:
        start = line[: limit // 2]
        lost = shared[start] if len(alike.get(start, ())) > 1 and len(line) > limit else 0
        out.append(f"…{line[lost:]}" if lost else line)
    return out


def _common(lines: Collection[str]) -> int:
    """Return how many characters lines begin with alike, up to a new part of a name, else a new word."""
    first, last = min(lines), max(lines)
    start = first[
        : next((k for k, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1), len(first))
    ]
    parts = max(start.rfind(sign) + len(sign) if sign in start else 0 for sign in (", ", ": "))
    return parts or start.rfind(" ") + 1
