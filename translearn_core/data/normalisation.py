"""Characters that look the same made the same: invisible ones removed, signs of minus unified."""

import unicodedata

INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Soft hyphen, zero-width space, byte-order mark, marks of direction; joiners shape letters and stay."""

JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""What shapes letters and emoji; two texts that differ in them only look the same too."""

_VISIBLE: dict[int, str | None] = {ord(character): None for character in INVISIBLE}
_MINUS: dict[int, str | None] = dict.fromkeys(map(ord, "\u2010\u2011\u2212\ufe63\uff0d"), "-")
_KEY: dict[int, str | None] = _VISIBLE | {ord(character): None for character in JOINERS} | _MINUS


def visible(text: str) -> str:
    """Return a text without invisible characters, with one sign of minus and single blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_VISIBLE | _MINUS)
    return " ".join(text.split())


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return not text or text.isspace() or (text.strip()[0] in INVISIBLE | JOINERS and not visible(text))


def text_key(text: str) -> str:
    """Return the form under which two texts count as the same.

    NFKC; case, white space and invisible characters do not matter.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_KEY)).casefold()
        text = unicodedata.normalize("NFKC", text)  # folding may undo composition
    return " ".join(text.lower().split())


def spelling_key(name: str) -> str:
    """Return the form under which two labels are spellings of one: without case, blanks and accents."""
    parts = unicodedata.normalize("NFKD", text_key(name))
    return "".join(c for c in parts if not unicodedata.combining(c) and not c.isspace()) or name
