"""Labels of figures: escape and shorten texts from users.

Plotly interprets some HTML in names, ticks, hover texts and annotations, so unescaped class, run or column
names could restyle a figure or add a link.
"""

import html
from collections import Counter
from collections.abc import Collection, Iterable, Sequence


def plain(text: object, limit: int = 40) -> str:
    """Return `text` escaped, in one line of at most `limit` characters, cut with ….

    Quotes are not escaped: Plotly decodes ``&lt; &gt; &amp;`` but shows ``&quot;`` literally.
    """
    return html.escape(_cut(_line(text), limit), quote=False)


def shortened(names: Iterable[object], limit: int = 40) -> tuple[str, ...]:
    """Return names of at most `limit` characters that stay distinguishable.

    Long names lose a common beginning; those that would still be cut to the same text lose their middle.
    """
    lines = [_line(name) for name in names]
    bodies = _without_common_beginnings(lines, limit)
    cuts = [_cut(body, limit) for body in bodies]
    counts = Counter(dict(zip(lines, cuts, strict=True)).values())
    return tuple(
        _cut_middle(body, limit) if counts[cut] > 1 and cut != body else cut
        for body, cut in zip(bodies, cuts, strict=True)
    )


def labels(names: Iterable[object], limit: int = 40) -> tuple[str, ...]:
    """Return `names` shortened, escaped and unique: duplicates are numbered, or an axis would merge them."""
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
    """Return a count with three significant digits: ``950``, ``1.77 M``, ``22.7 M``, ``1.10 G``."""
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


def _cut_middle(line: str, limit: int) -> str:
    end = (limit - 1) // 2
    return f"{line[: limit - 1 - end].rstrip()}…{line[-end:].lstrip()}"


def _without_common_beginnings(lines: Sequence[str], limit: int) -> list[str]:
    """Return lines, long ones with a common beginning (half of `limit` or more) without it."""
    groups: dict[str, set[str]] = {}
    for line in lines:
        if len(line) > limit:
            groups.setdefault(line[: limit // 2], set()).add(line)
    shared = {start: _common_length(group) for start, group in groups.items()}
    out = []
    for line in lines:
        start = line[: limit // 2]
        skipped = shared[start] if len(groups.get(start, ())) > 1 and len(line) > limit else 0
        out.append(f"…{line[skipped:]}" if skipped else line)
    return out


def _common_length(lines: Collection[str]) -> int:
    """Return the length of the common beginning, up to a separator or else a word boundary."""
    first, last = min(lines), max(lines)
    start = first[
        : next((k for k, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1), len(first))
    ]
    parts = max(start.rfind(sign) + len(sign) if sign in start else 0 for sign in (", ", ": "))
    return parts or start.rfind(" ") + 1
