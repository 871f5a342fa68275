"""Split size checks, with the reason: dropped leaks, repeated texts or too few rows."""

import numpy as np
from numpy.typing import NDArray

from translearn_core.config import DataConfig
from translearn_core.errors import DataError
from translearn_core.results.format import count_noun, quote, rounded_percent, was_or_were
from translearn_core.tasks import problem_of
from translearn_core.tasks.splits import SPLITS, TEST, TRAIN, VALIDATION
from translearn_core.tasks.task_rows import TaskRows

MIN_ROWS = 2
"""Minimum rows of validation and of test."""

IntArray = NDArray[np.int64]


def dropped_per_split(before: TaskRows, after: TaskRows) -> IntArray:
    """Count the rows that each split lost, shape (splits,)."""
    sizes = [np.bincount(state.rows["split"], minlength=len(SPLITS)) for state in (before, after)]
    return sizes[0] - sizes[1]


def check_splits(state: TaskRows, config: DataConfig, given: dict[int, str], leaks: IntArray) -> None:
    """Refuse splits that are too small.

    Parameters
    ----------
    state : TaskRows
        Rows with their splits.
    config : DataConfig
    given : dict of int to str
        Source of each split that is not drawn.
    leaks : int array, shape (splits,)
        Rows of each split that were dropped because a later split has their text; rows still to be drawn
        count as train.

    Raises
    ------
    DataError
        If validation or test has fewer than two rows, unless its share is 0, or a model cannot learn
        from train.
    """
    split = state.rows["split"].to_numpy()
    for index, share in ((VALIDATION, config.split.validation), (TEST, config.split.test)):
        size = int(np.count_nonzero(split == index))
        if size >= MIN_ROWS or (index not in given and not share):
            continue
        if index in given:
            raise DataError(
                f"For {SPLITS[index]}, {given[index]} leaves {count_noun(size, 'usable row')}, and two are "
                f"the least{_leaks(int(leaks[index]), 'of it')}: add rows to "
                f"it{' with texts of their own' if leaks[index] else ''}."
            )
        raise DataError(_explain_undrawn(state, config, given, int(leaks[TRAIN]), index, share))
    problem, train = problem_of(state.target), np.flatnonzero(split == TRAIN)
    if lacking := problem.untrainable(state.target, train):
        raise DataError(
            f"Train is left with {lacking}{_leaks(int(leaks[TRAIN]), 'of it')}: "
            "add training rows that stand in no other split."
        )


def _explain_undrawn(
    state: TaskRows, config: DataConfig, given: dict[int, str], leaks: int, index: int, share: float
) -> str:
    """Explain why a split could not be drawn from the rows without a given split."""
    name, split = SPLITS[index], state.rows["split"].to_numpy()
    undrawn = ~np.isin(split, list(given))
    pool, strata = state.rows[undrawn], problem_of(state.target).strata(state.target)[undrawn]
    rows, texts, size = len(pool), int(pool["key"].nunique()), int(np.count_nonzero(split == index))
    if not rows:
        sources = " or of ".join(given[index] for index in sorted(given))
        return (
            f"All {count_noun(leaks, 'row')} of train repeat a text of {sources} and were left out, "
            f"so there is nothing to draw a {name} split from: add training rows with texts of their own."
        )
    if not leaks and (values := len(np.unique(strata))) > 0.5 * rows:
        return (
            f"Column {quote(config.label)} has {values:,} values in {count_noun(rows, 'row')}, too few of "
            f"each to draw a {name} split: choose another label column, or merge the rare ones."
        )
    if texts < rows and (texts < len(SPLITS) - len(given) or share * texts < 1 <= share * rows):
        only = "one text" if texts == 1 else f"{texts:,} different texts"
        return (
            f"{count_noun(rows, 'usable row')} hold only {only}, and rows of equal text stay in one split, "
            f"so a {name} split of {rounded_percent(share)} got {size}{_leaks(leaks, 'of train')}: "
            "bring rows with other texts."
        )
    return (
        f"{count_noun(rows, 'usable row')} {was_or_were(rows)} too few to draw a {name} split of "
        f"{rounded_percent(share)}, which got {size}{_leaks(leaks, 'of train')}: "
        "bring more rows, or raise that share."
    )


def _leaks(leaks: int, whose: str) -> str:
    """Return a clause on rows dropped as leaks, empty if none were."""
    if not leaks:
        return ""
    repeat = "repeats" if leaks == 1 else "repeat"
    rows = f"{count_noun(leaks, 'row')} {whose} {repeat}"
    return f" ({rows} a text of another split and {was_or_were(leaks)} left out)"
