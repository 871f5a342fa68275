"""Words of texts for counting: as they stand between blanks, or characters where a script has no blanks."""

import re

_UNSPACED = (
    "\u3005\u3006\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
)
_CHARACTER = re.compile(f"([{_UNSPACED}])")
_TWO = re.compile(f"[{_UNSPACED}]{{2}}")
_PAIR = re.compile(f"[{_UNSPACED}] [{_UNSPACED}]")
_BETWEEN = re.compile(f"(?<=[{_UNSPACED}]) (?=[{_UNSPACED}])")


def spaced(text: str) -> str:
    """Return a text in lower case, with blanks around each character of scripts that put none between words.

    Their single characters then count as words, and two adjacent ones as a pair of words. Other texts are
    only lowered.
    """
    return _CHARACTER.sub(r" \1 ", text.lower())


def holds_whole_clauses(term: str) -> bool:
    """Whether a term has unspaced characters side by side, as vocabularies had before `spaced`."""
    return _TWO.search(term) is not None


def names_something(term: str) -> bool:
    """Whether a word or pair of words can name a group of texts: one word, or two unspaced characters."""
    if " " in term:
        return _PAIR.fullmatch(term) is not None
    return len(term) > 1 and not term.isnumeric()


def shown(term: str) -> str:
    """Return a term as its script writes it."""
    return _BETWEEN.sub("", term)
