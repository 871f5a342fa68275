"""Pseudo-translation: accented, longer English, by which untranslated and cut texts are seen."""

import re

ACCENTS = str.maketrans("aceinosuyACEINOSUY", "áçéíñöšûýÁÇÉÍÑÖŠÛÝ")
LONGER = 3
"""One letter is added for this many."""
_KEPT = re.compile(
    r"%?\{\{[^}]*\}\}|\{\w*\}|:[a-z-]+\[|:material/\w+:|</?[a-z]+[^>]*>|\]\([^)]*\)|`[^`]*`|https?://\S+"
)
"""Placeholders and markup."""


def pseudo(message: str) -> str:
    """Return a message in brackets, with accents and a third longer; placeholders and markup stay."""
    parts, end = [], 0
    for kept in _KEPT.finditer(message):
        parts += [message[end : kept.start()].translate(ACCENTS), kept[0]]
        end = kept.end()
    parts.append(message[end:].translate(ACCENTS))
    return f"⟦{''.join(parts)}{'·' * (len(message) // LONGER)}⟧"
