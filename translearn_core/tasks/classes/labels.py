"""Label parsing: cells to classes, spellings of one label merged, in natural order."""

import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from translearn_core.tasks.normalisation import normalise_text, spelling_key

_WHOLE = re.compile(r"([+-]?)(0|[1-9]\d*)(\.0*)?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Labels:
    """Class indices per row, class names, and the spellings that were merged into each class.

    `variants` are groups of classes that differ in blanks or accents only.
    """

    indices: NDArray[np.int64]
    classes: tuple[str, ...]
    spellings: dict[str, tuple[str, ...]]
    respelled: NDArray[np.bool_]
    variants: tuple[tuple[str, ...], ...] = ()


def read_labels(cells: "pd.Series[str]", *, merge_spellings: bool = False) -> Labels:
    """Encode label cells, none missing, as classes.

    White space is trimmed and invisible characters are removed; whole numbers lose a plus sign and zeros
    after the point ("1.0" is "1"); spellings that differ in case only ("Yes", "yes") become the most
    frequent, and those that differ in blanks or accents too if `merge_spellings`.
    """
    codes, values = pd.factorize(cells)
    raw = [str(value) for value in values]
    counts = np.bincount(codes, minlength=len(raw))
    families: dict[str, list[int]] = defaultdict(list)
    normalised = [normalise_label(value) for value in raw]
    for i, value in enumerate(normalised):
        families[spelling_key(value) if merge_spellings else value.casefold()].append(i)
    names: dict[int, str] = {}
    for members in families.values():
        frequency: dict[str, int] = defaultdict(int)
        for i in members:
            frequency[normalised[i]] += int(counts[i])
        name = min(frequency, key=lambda spelling: (-frequency[spelling], spelling))
        names.update(dict.fromkeys(members, name))
    classes = sorted(set(names.values()), key=natural_sort_key)
    index = {name: k for k, name in enumerate(classes)}
    lookup = np.array([index[names[i]] for i in range(len(raw))], dtype=np.int64)
    changed = np.array([names[i] != raw[i] for i in range(len(raw))], dtype=bool)
    spellings: dict[str, list[str]] = defaultdict(list)
    for i, is_changed in enumerate(changed):
        if is_changed:
            spellings[names[i]].append(raw[i])
    merged = {name: tuple(sorted(spellings[name])) for name in classes if name in spellings}
    by_spelling: dict[str, list[str]] = defaultdict(list)
    for name in classes:
        by_spelling[spelling_key(name)].append(name)
    variants = tuple(tuple(group) for group in by_spelling.values() if len(group) > 1)
    return Labels(lookup[codes], tuple(classes), merged, changed[codes], variants)


def merge_spellings(cells: "pd.Series[str]") -> "pd.Series[str]":
    """Return the cells, none missing, each as the most frequent spelling of its value (see `read_labels`)."""
    labels = read_labels(cells)
    return pd.Series(np.asarray(labels.classes, dtype=object)[labels.indices], index=cells.index)


def natural_sort_key(name: str) -> tuple[bool, float, str, str]:
    """Sort key: numbers first and by value, then words whatever their case."""
    number = _NUMBER.fullmatch(name) is not None
    return not number, float(name) if number else 0.0, name.casefold(), name


def is_scale(classes: tuple[str, ...]) -> bool:
    """Whether the classes are numbers, some with decimals, as on a rating scale."""
    numbers = [name for name in classes if _NUMBER.fullmatch(name)]
    return len(numbers) == len(classes) > 2 and any(not float(name).is_integer() for name in numbers)


def normalise_label(value: str) -> str:
    """Return a label without invisible characters; whole numbers without leading zeros and decimals."""
    text = normalise_text(value) or value
    if whole := _WHOLE.fullmatch(text):
        sign, digits = whole.group(1), whole.group(2)
        return ("-" if sign == "-" and digits != "0" else "") + digits
    return text
