"""Text normalisation: invisible characters removed, minus signs unified."""

import unicodedata
from functools import lru_cache

from translearn_core.config.text_cells import Cell, Word, sides_of

INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Soft hyphen, zero-width space, byte-order mark, direction marks; not joiners, which shape letters."""

JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""Joiners and variation selectors; texts that differ in them only have equal keys."""

_VISIBLE: dict[int, str | None] = {ord(character): None for character in INVISIBLE}
_MINUS: dict[int, str | None] = dict.fromkeys(map(ord, "\u2010\u2011\u2212\ufe63\uff0d"), "-")
_KEY: dict[int, str | None] = _VISIBLE | {ord(character): None for character in JOINERS} | _MINUS


def normalise_text(text: str) -> str:
    """Remove invisible characters, unify minus signs and collapse white space."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_VISIBLE | _MINUS)
    return " ".join(text.split())


def is_blank(text: str) -> bool:
    """Whether a text has no visible character."""
    return not text or text.isspace() or (text.strip()[0] in INVISIBLE | JOINERS and not normalise_text(text))


def text_key(text: str) -> str:
    """Return the key under which texts count as equal: NFKC, without case and invisible characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_KEY)).casefold()
        text = unicodedata.normalize("NFKC", text)  # folding may undo composition
    return " ".join(text.lower().split())


def cell_key(cell: Cell) -> str:
    """Return the key under which texts, pairs in this order, or words in sentences count as equal."""
    if isinstance(cell, Word):
        return f"{_sentence_key(cell.sentence)}\n{cell.position}"
    return "\n".join(map(text_key, sides_of(cell)))


@lru_cache(maxsize=8)  # the words of a sentence follow each other
def _sentence_key(sentence: str) -> str:
    return text_key(sentence)


def unordered_key(cell: Cell) -> str:
    """Return the key that a pair shares with its swapped pair."""
    return "\n".join(sorted(map(text_key, sides_of(cell))))


def spelling_key(name: str) -> str:
    """Return the key that spellings of one label share: without case, blanks and accents."""
    parts = unicodedata.normalize("NFKD", text_key(name))
    return "".join(c for c in parts if not unicodedata.combining(c) and not c.isspace()) or name
