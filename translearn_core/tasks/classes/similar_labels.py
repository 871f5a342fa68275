"""Labels whose names are nearly equal: other spellings and typing errors of one class."""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from translearn_core.tasks.normalisation import spelling_key

MIN_LENGTH = 4
"""Shortest name in which one different letter counts as a typing error."""
LONG = 8
"""Length from which two different letters do."""
MAX_SHARE = 0.1
"""Largest share of a misspelt class: rows of it per row of the class that it is merged into."""
MAX_ROWS = 5
"""Rows up to which a class counts as misspelt, whatever its share."""


@dataclass(frozen=True)
class SimilarLabels:
    """A class, `value`, that a more frequent one may be meant by; `reason` says how their names differ."""

    value: str
    replacement: str
    reason: str


def find_similar_labels(counts: Mapping[str, int]) -> list[SimilarLabels]:
    """Propose classes to merge, by their names and rows.

    A name that differs in case, blanks, accents or punctuation only is proposed for the more frequent one.
    One that differs by a typing error (one letter added, left out, changed or exchanged with the next; two in
    long names) is proposed only if it is rare beside the other one. Names with different digits never are.

    Parameters
    ----------
    counts : mapping of class name to its number of rows
    """
    proposals = []
    frequent: dict[str, dict[str, str]] = {}  # by digits: more frequent names, and their keys
    for name in sorted(counts, key=lambda name: (-counts[name], name)):
        key = _key(name)
        others = frequent.setdefault("".join(filter(str.isdigit, key)), {})
        near = process.extract_iter(key, others, scorer=OSA.distance, score_cutoff=2)
        for other_key, distance, other in near:
            if reason := _difference(min(len(key), len(other_key)), distance, counts[name], counts[other]):
                proposals.append(SimilarLabels(name, other, reason))
                break
        others[name] = key
    return proposals


def _key(name: str) -> str:
    letters = "".join(c for c in spelling_key(name) if c.isalnum())
    return letters or name


def _difference(length: int, distance: float, rows: int, other_rows: int) -> str | None:
    """Return how two names differ, None if they are two names; `length` is that of the shorter one."""
    if distance == 0:
        return "case, blanks, accents or punctuation"
    allowed = 0 if length < MIN_LENGTH else 1 if length < LONG else 2
    if distance > allowed or (rows > MAX_ROWS and rows > MAX_SHARE * other_rows):
        return None
    return "one letter" if distance == 1 else "two letters"
