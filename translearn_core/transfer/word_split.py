"""Splitting of texts into words, or into characters in scripts without spaces."""

import re
import unicodedata
from collections.abc import Iterable

from translearn_core.inputs.tokenizer_loading import HAN_KANA

UNSPACED = f"{HAN_KANA}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Characters of scripts without spaces between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer."""

_WORD = re.compile(f"[{UNSPACED}]|[^\\s{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_EDGES = re.compile(r"^\W+|\W+$")


def split_words(text: str) -> list[str]:
    """Return the words of a text with their punctuation; in unspaced scripts every character is a word."""
    words: list[str] = []
    for piece in _WORD.findall(text):
        if words and unspaced(piece) and unicodedata.category(piece).startswith("M"):
            words[-1] += piece  # a vowel or tone mark belongs to the letter before it
        else:
            words.append(piece)
    return words


def join_words(parts: Iterable[str]) -> str:
    """Join words with spaces, except beside a character of an unspaced script."""
    text = ""
    for part in parts:
        spaced = text and not unspaced(text[-1]) and not unspaced(part[0])
        text += f" {part}" if spaced else part
    return text


def unspaced(character: str) -> bool:
    """Whether a character is of a script without spaces between words."""
    return _UNSPACED.fullmatch(character) is not None


def strip_punctuation(word: str) -> str:
    """Return a word without the punctuation around it."""
    return _EDGES.sub("", word)
