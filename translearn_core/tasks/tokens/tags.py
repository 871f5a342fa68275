"""Tags of entities: prefixes found, checked, and read as IOB2."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OUTSIDE = "O"
_PREFIXED = re.compile(r"([BIESLU])-(.+)")
_BEGINS, _CONTINUES = frozenset("BSU"), frozenset("IEL")


def are_entity_tags(names: Sequence[str]) -> bool:
    """Whether tags are those of entities: a prefix and a type, as in B-PER, or O outside of them."""
    matches = [_PREFIXED.fullmatch(name) for name in names if name != OUTSIDE]
    return bool(matches) and all(matches)


def to_iob2(tags: Sequence[str], sentence: NDArray[np.int64]) -> list[str]:
    """Return entity tags in the scheme IOB2, where each entity begins with B and goes on with I.

    Parameters
    ----------
    tags : sequence of str
        In the scheme IOB1, IOB2, IOBES or BILOU; see `are_entity_tags`.
    sentence : int array, shape (tags,)
        Sentence of each word, equal for the words of one, which follow each other.

    References
    ----------
    Ramshaw & Marcus 1995, arXiv:cmp-lg/9505040; Ratinov & Roth 2009, aclanthology.org/W09-1119.
    """
    converted: list[str] = []
    before, last = "", -1
    for tag, number in zip(tags, sentence.tolist(), strict=True):
        match = _PREFIXED.fullmatch(tag)
        if match is None:
            converted.append(OUTSIDE)
            before = ""
        else:
            prefix, kind = match.groups()
            begins = prefix in _BEGINS or before != kind or number != last
            converted.append(f"{'B' if begins else 'I'}-{kind}")
            before = kind if prefix not in "ESLU" else ""
        last = number
    return converted


def sentence_numbers(sentences: Sequence[str], positions: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the sentences of words from 0; words are in their order, and some may be missing.

    A sentence begins where the text of the sentence changes or the position does not grow.
    """
    if not len(sentences):
        return np.empty(0, dtype=np.int64)
    text = np.asarray(sentences, dtype=object)
    begins = np.ones(len(text), dtype=bool)
    begins[1:] = (text[1:] != text[:-1]) | (positions[1:] <= positions[:-1])
    return np.cumsum(begins) - 1


def entity_type(tag: str) -> str:
    """Return the type of a tag of an entity, other tags as they are."""
    match = _PREFIXED.fullmatch(tag)
    return tag if match is None else match[2]
