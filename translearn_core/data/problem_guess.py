"""Guess of the problem type of a column, from its cells and its name."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from translearn_core.config import ProblemType
from translearn_core.data.words import is_number, number_of
from translearn_core.results.format import quote
from translearn_core.tasks import PROBLEMS
from translearn_core.tasks.label_sets.cells import find_separator, separator_phrase

NUMBER_SHARE = 0.98
"""Share of the filled cells that are numbers in a column of numbers."""
MANY = 20
"""Most different whole numbers that are classes unless they count up without a gap."""
MOST_CODES = 100
"""Most numbers without a gap that are codes of classes."""
MANY_DECIMALS = 10
"""Most different numbers with decimals that are classes."""
FEW = 3
"""Fewest different numbers that measure something."""
MEASURE_NAMES = frozenset(
    [
        "score", "scores", "rating", "ratings", "stars", "star", "price", "amount", "age", "grade", "degree",
        "similarity", "relatedness", "difficulty", "easiness", "readability", "intensity", "length", "cost",
        "income", "salary", "percent", "percentage", "helpfulness", "valence", "arousal",
    ]
)  # fmt: skip
"""Words in the names of columns whose numbers measure something, case-folded."""


@dataclass(frozen=True)
class ProblemGuess:
    """Guessed problem type, with the reason in a sentence and another type that is plausible, if any."""

    problem: ProblemType
    reason: str
    alternative: ProblemType | None = None


def guess_problem(name_words: list[str], cells: "pd.Series[str]") -> ProblemGuess:
    """Guess the problem type of a column to predict.

    Parameters
    ----------
    name_words : list of str
        Words of the column's name, case-folded.
    cells : Series
        Its filled cells.
    """
    guess = _guess(name_words, cells)
    if guess.problem in PROBLEMS and guess.alternative not in (None, *PROBLEMS):
        return ProblemGuess(guess.problem, guess.reason)
    return guess if guess.problem in PROBLEMS else ProblemGuess(ProblemType.SINGLE_LABEL, "")


def _guess(name_words: list[str], cells: "pd.Series[str]") -> ProblemGuess:
    counts = cells.value_counts()
    if not len(counts):
        return ProblemGuess(ProblemType.SINGLE_LABEL, "")
    numeric = np.asarray([is_number(value) for value in counts.index], dtype=np.bool_)
    if counts[numeric].sum() < NUMBER_SHARE * counts.sum():
        if (separator := find_separator(cells.tolist())) is None:
            return ProblemGuess(ProblemType.SINGLE_LABEL, f"It has {len(counts):,} different values.")
        longest = max(counts.index[:1000], key=len)
        how = separator_phrase(separator)
        reason = f"Its cells hold several labels each, {how}, such as {quote(longest)}."
        return ProblemGuess(ProblemType.MULTI_LABEL, reason, ProblemType.SINGLE_LABEL)
    numbers = np.unique([number_of(value) for value in counts.index[numeric]])
    return _guess_of_numbers(name_words, numbers)


def _guess_of_numbers(
    name_words: list[str], numbers: "np.ndarray[tuple[int], np.dtype[np.float64]]"
) -> ProblemGuess:
    count, low, high = len(numbers), numbers.min(), numbers.max()
    described = f"{count:,} different numbers from {low:g} to {high:g}"
    if count < FEW:
        return ProblemGuess(ProblemType.SINGLE_LABEL, f"It has {count} different values.")
    whole = bool((numbers == np.round(numbers)).all())
    codes = whole and low in (0, 1) and high - low + 1 == count <= MOST_CODES
    if not MEASURE_NAMES.isdisjoint(name_words):
        reason = f"It holds {described}, and its name says that they measure something."
        return ProblemGuess(ProblemType.REGRESSION, reason, _classes_if(count <= MOST_CODES))
    if codes or count <= (MANY if whole else MANY_DECIMALS):
        kind = "which look like codes of classes" if codes else "few enough to be classes"
        return ProblemGuess(
            ProblemType.SINGLE_LABEL, f"It holds {described}, {kind}.", ProblemType.REGRESSION
        )
    reason = f"It holds {described}, too many to be classes."
    return ProblemGuess(ProblemType.REGRESSION, reason, _classes_if(count <= MOST_CODES))


def _classes_if(few: bool) -> ProblemType | None:
    return ProblemType.SINGLE_LABEL if few else None
