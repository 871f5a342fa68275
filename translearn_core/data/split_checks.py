"""Whether every split has rows enough, and if not, why: leaks left out, one text over and over, too few."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import DataConfig
from translearn_core.data.cleaning import CleaningState
from translearn_core.data.dataset import SPLITS
from translearn_core.data.findings import count_noun, percent, quote, were
from translearn_core.data.stratified_split import TEST, TRAIN, VALIDATION
from translearn_core.errors import DataError

LEAST = 2
"""Rows that validation and test need each."""

IntArray = NDArray[np.int64]


def dropped_per_split(before: CleaningState, after: CleaningState) -> IntArray:
    """Count the rows that each split lost, shape (splits,)."""
    sizes = [np.bincount(work.rows["split"], minlength=len(SPLITS)) for work in (before, after)]
    return sizes[0] - sizes[1]


def check_splits(work: CleaningState, config: DataConfig, given: dict[int, str], leaks: IntArray) -> None:
    """Refuse splits that are too small, with the reason.

    Parameters
    ----------
    work : Working
        Rows as they were dealt.
    config : DataConfig
    given : dict of int to str
        What gives the rows of a split, where they are not drawn.
    leaks : int array, shape (splits,)
        Rows of each split that were left out because a later split has their text; rows to draw from count
        as train's.

    Raises
    ------
    DataError
        If validation or test has fewer than two rows, unless it is to have none, or train fewer than two
        classes.
    """
    split = work.rows["split"].to_numpy()
    for index, share in ((VALIDATION, config.split.validation), (TEST, config.split.test)):
        size = int(np.count_nonzero(split == index))
        if size >= LEAST or (index not in given and not share):
            continue
        if index in given:
            raise DataError(
                f"For {SPLITS[index]}, {given[index]} leaves {count_noun(size, 'usable row')}, and two are "
                f"the least{_leaked(int(leaks[index]), 'of it')}: add rows to "
                f"it{' with texts of their own' if leaks[index] else ''}."
            )
        raise DataError(_undrawn(work, config, given, int(leaks[TRAIN]), index, share))
    train = work.rows["label"].to_numpy()[split == TRAIN]
    if len(np.unique(train)) < 2:
        left = "no row" if not len(train) else f"rows of the one class {quote(work.classes[train[0]])}"
        raise DataError(
            f"Train is left with {left}, and two classes are the least{_leaked(int(leaks[TRAIN]), 'of it')}: "
            "add training rows that stand in no other split."
        )


def _undrawn(
    work: CleaningState, config: DataConfig, given: dict[int, str], leaks: int, index: int, share: float
) -> str:
    """Say why a split could not be drawn from the rows that no file or column gives to another."""
    name, split = SPLITS[index], work.rows["split"].to_numpy()
    pool = work.rows[~np.isin(split, list(given))]
    rows, texts, size = len(pool), int(pool["key"].nunique()), int(np.count_nonzero(split == index))
    if not rows:
        return (
            f"All {count_noun(leaks, 'row')} of train repeat a text of {_others(given)} and were left out, "
            f"so there is nothing to draw a {name} split from: add training rows with texts of their own."
        )
    if not leaks and (classes := pool["label"].nunique()) > 0.5 * rows:
        return (
            f"Column {quote(config.label)} has {classes:,} values in {count_noun(rows, 'row')}, too few of "
            f"each to draw a {name} split: choose another label column, or merge the rare ones."
        )
    if texts < rows and (texts < len(SPLITS) - len(given) or share * texts < 1 <= share * rows):
        only = "one text" if texts == 1 else f"{texts:,} different texts"
        return (
            f"{count_noun(rows, 'usable row')} hold only {only}, and rows of equal text stay in one split, "
            f"so a {name} split of {percent(share)} got {size}{_leaked(leaks, 'of train')}: bring rows with "
            f"other texts."
        )
    return (
        f"{count_noun(rows, 'usable row')} {were(rows)} too few to draw a {name} split of {percent(share)}, "
        f"which got {size}{_leaked(leaks, 'of train')}: bring more rows, or raise that share."
    )


def _leaked(leaks: int, whose: str) -> str:
    """Return a clause on rows left out as leaks, empty where there were none."""
    if not leaks:
        return ""
    repeat = "repeats" if leaks == 1 else "repeat"
    return (
        f" ({count_noun(leaks, 'row')} {whose} {repeat} a text of another split and {were(leaks)} left out)"
    )


def _others(given: dict[int, str]) -> str:
    return " or of ".join(given[index] for index in sorted(given))
