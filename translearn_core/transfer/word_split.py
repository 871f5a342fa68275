"""What of a text can be left out, moved and added: words, or characters where a script has no spaces."""

import re
import unicodedata
from collections.abc import Iterable

from translearn_core.backbones.tokenizer import HAN_KANA

UNSPACED = f"{HAN_KANA}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Characters of scripts without spaces between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer."""

_UNIT = re.compile(f"[{UNSPACED}]|[^\\s{UNSPACED}]+")
_LONE = re.compile(f"[{UNSPACED}]")
_EDGES = re.compile(r"^\W+|\W+$")


def split_words(text: str) -> list[str]:
    """Return the words of a text with their punctuation; a character of an unspaced script stands alone."""
    found: list[str] = []
    for piece in _UNIT.findall(text):
        if found and unspaced(piece) and unicodedata.category(piece).startswith("M"):
            found[-1] += piece  # a vowel or tone mark belongs to the letter before it
        else:
            found.append(piece)
    return found


def join_words(parts: Iterable[str]) -> str:
    """Return units as one text, spaces between them except beside a character of an unspaced script."""
    text = ""
    for part in parts:
        apart = text and not unspaced(text[-1]) and not unspaced(part[0])
        text += f" {part}" if apart else part
    return text


def unspaced(character: str) -> bool:
    """Whether one character is of a script that puts no spaces between words."""
    return _LONE.fullmatch(character) is not None


def strip_affixes(unit: str) -> str:
    """Return a unit without the punctuation around it."""
    return _EDGES.sub("", unit)
