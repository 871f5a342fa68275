"""Near-duplicate texts: candidates by MinHash, confirmed by the Jaccard similarity of words and word pairs.

Broder 1997, "On the resemblance and containment of documents"; Jaccard similarity of the sets of shingles.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from translearn_core.config.text_cells import Word, joined
from translearn_core.data.dataset import PreparedDataset
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, quote
from translearn_core.tasks.splits import TRAIN

MIN_SIMILARITY = 0.75
"""Minimum Jaccard similarity of near-duplicates."""

WARNING_SHARE = 0.02
"""Minimum share of held-out texts at which near-duplicates are a warning."""

FEWEST_SHINGLES = 6
MOST_ROWS = 200_000
MOST_CANDIDATES = 20
BANDS, ROWS_PER_BAND = 8, 3
PRIME = (1 << 31) - 1

_WORD = re.compile(r"[㐀-䶿一-鿿豈-﫿぀-ヿ가-힯]|[^\W_]+")

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class NearDuplicates:
    """Indices of texts with a near-duplicate among the others, and the index of one such text for each."""

    index: IntArray
    other: IntArray


def near_duplicates(texts: Sequence[str], among: Sequence[str]) -> NearDuplicates:
    """Find the texts with a near-duplicate in `among`.

    Parameters
    ----------
    texts, among : sequence of str
        At most `MOST_ROWS` of each are compared; `texts` of fewer than `FEWEST_SHINGLES` shingles are not.
    """
    own, other = ([_shingles(text) for text in side[:MOST_ROWS]] for side in (texts, among))
    if not own or not other:
        return NearDuplicates(*np.empty((2, 0), dtype=np.int64))
    buckets: dict[tuple[int, int], list[int]] = {}
    for k, bands in enumerate(_bands(other)):
        for band, value in enumerate(bands):
            if len(entries := buckets.setdefault((band, value), [])) < MOST_CANDIDATES:
                entries.append(k)
    matches: list[tuple[int, int]] = []
    for k, bands in enumerate(_bands(own)):
        if len(own[k]) < FEWEST_SHINGLES:
            continue
        candidates = dict.fromkeys(
            j for band, value in enumerate(bands) for j in buckets.get((band, value), ())
        )
        best = next((j for j in candidates if _jaccard(own[k], other[j]) >= MIN_SIMILARITY), None)
        if best is not None:
            matches.append((k, best))
    index, duplicate_of = np.array(matches, dtype=np.int64).reshape(-1, 2).T
    return NearDuplicates(index, duplicate_of)


def near_duplicates_finding(prepared: PreparedDataset) -> list[Finding]:
    """Report held-out texts that nearly repeat training texts."""
    begins = np.ones(len(prepared.texts), dtype=bool)
    if (number := prepared.target.sentence) is not None:  # each sentence once
        begins = np.diff(number, prepend=-1) > 0
    train, held = (
        np.flatnonzero(begins & part) for part in (prepared.split == TRAIN, prepared.split != TRAIN)
    )
    texts = [cell.sentence if isinstance(cell, Word) else joined(cell) for cell in prepared.texts]
    duplicates = near_duplicates([texts[i] for i in held], [texts[i] for i in train])
    if not len(duplicates.index):
        return []
    rows = held[duplicates.index]
    first, other = texts[rows[0]], texts[train[duplicates.other[0]]]
    verb = "repeats" if len(rows) == 1 else "repeat"
    sentence = (
        f"{count_noun(len(rows), 'text')} of validation and test nearly {verb} a training text, for instance "
        f"{quote(first)} and {quote(other)}: scores look better than on new texts."
    )
    advice = "Keep such rows together by a group column, or remove the copies."
    severity = Severity.WARNING if len(rows) >= WARNING_SHARE * len(held) else Severity.DETECTED
    return [finding("near-duplicates", severity, sentence, prepared.rows[rows], advice=advice)]


def _shingles(text: str) -> frozenset[int]:
    words = [zlib.crc32(word.encode()) for word in _WORD.findall(text.casefold())]
    pairs = ((31 * first + second) % PRIME for first, second in pairwise(words))
    return frozenset(word % PRIME for word in words) | frozenset(pairs)


def _bands(sets: Sequence[frozenset[int]]) -> list[list[int]]:
    """Return the MinHash band hashes of each set, shape (sets, BANDS); similar sets share some."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(1, PRIME, (2, BANDS * ROWS_PER_BAND), dtype=np.int64)
    sizes = np.array([max(1, len(shingles)) for shingles in sets], dtype=np.int64)
    words = np.fromiter(
        (word for shingles in sets for word in shingles or (0,)), dtype=np.int64, count=int(sizes.sum())
    )
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    minima = [np.minimum.reduceat((words * x + y) % PRIME, starts) for x, y in zip(a, b, strict=True)]
    bands: list[list[int]] = []
    for band in range(BANDS):
        rows = minima[band * ROWS_PER_BAND : (band + 1) * ROWS_PER_BAND]
        combined = rows[0]
        for row in rows[1:]:
            combined = (combined * 1_000_003 + row) % PRIME
        bands.append(combined.tolist())
    return [list(hashes) for hashes in zip(*bands, strict=True)]


def _jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    return len(a & b) / max(1, len(a | b))
