"""Checks of text pairs: swapped pairs, pairs of equal texts, and texts shared between splits."""

from collections.abc import Iterator

import numpy as np

from translearn_core.config.text_cells import sides_of
from translearn_core.data.dataset import PreparedDataset
from translearn_core.results import Finding, Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, quote_list, rounded_percent
from translearn_core.tasks.normalisation import cell_key, text_key, unordered_key
from translearn_core.tasks.splits import TRAIN

SHARED = 0.05
"""Share of the held-out pairs with a text of training pairs from which it is reported."""


def pair_findings(prepared: PreparedDataset) -> Iterator[Finding]:
    """Report swapped pairs, pairs of equal texts, and held-out pairs with a text of training pairs."""
    sides = [tuple(map(text_key, sides_of(cell))) for cell in prepared.texts]
    if not sides or len(sides[0]) < 2:
        return
    yield from _swapped(prepared)
    equal = np.array([first == second for first, second in sides])
    if equal.any():
        rows = prepared.rows[equal]
        hold = "pair holds" if len(rows) == 1 else "pairs hold"
        sentence = f"{len(rows):,} {hold} the same text twice."
        yield finding("equal-sides", Severity.DETECTED, sentence, rows)
    yield from _shared_texts(prepared, sides)


def _swapped(prepared: PreparedDataset) -> Iterator[Finding]:
    """Report pairs that swap the texts of an earlier pair, as a warning if that one is in another split."""
    first: dict[str, int] = {}
    rows, other = [], []
    for row, cell in enumerate(prepared.texts):
        earlier = first.setdefault(unordered_key(cell), row)
        if cell_key(prepared.texts[earlier]) != cell_key(cell):
            rows.append(row)
            other.append(earlier)
    if not rows:
        return
    differ = int((prepared.strata[rows] != prepared.strata[other]).sum())
    across_splits = int((prepared.split[rows] != prepared.split[other]).sum())
    verb = "swaps" if len(rows) == 1 else "swap"
    sentence = (
        f"{count_noun(len(rows), 'pair')} {verb} the texts of an earlier one (for instance "
        f"{quote_list(sides_of(prepared.texts[rows[0]]))}), {differ:,} with another label and "
        f"{across_splits:,} in another split."
    )
    advice = (
        "Where the order of the two texts makes no difference, such pairs tell the model what it is asked."
    )
    severity = Severity.WARNING if across_splits else Severity.DETECTED
    yield finding(
        "swapped-pairs", severity, sentence, prepared.rows[rows], advice=advice if across_splits else None
    )


def _shared_texts(prepared: PreparedDataset, sides: list[tuple[str, ...]]) -> Iterator[Finding]:
    """Report held-out pairs one of whose texts stands in a training pair too."""
    train = prepared.split == TRAIN
    seen = {text for row in np.flatnonzero(train) for text in sides[row]}
    held = np.flatnonzero(~train)
    shared = held[[not seen.isdisjoint(sides[row]) for row in held]] if len(held) else held
    if len(shared) < max(1.0, SHARED * len(held)):
        return
    share = rounded_percent(len(shared) / len(held))
    sentence = (
        f"{share} of the validation and test pairs have a text that training pairs have too, beside "
        "another one: scores are for new pairs, not for new texts."
    )
    yield finding("shared-texts", Severity.DETECTED, sentence, prepared.rows[shared])
