"""Reader of sentences: parses numbers, intervals and claims back, and compares them with their values."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hypothesis.strategies import SearchStrategy

NUMBER = re.compile(
    r"(under )?(?<![\w.,/])([+\-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]\d+)?)(?![\w/]|,\d)"
)
"""A printed number, with thousands separators; "under 0.1" stands for a magnitude that rounds to zero."""
INTERVAL = re.compile(
    r"[(\[](?:95 %: )?([+\-−]?[\d,.]+)(?: %)?(?:, | to | – )([+\-−]?[\d,.]+)(?: %| points|;|,(?!\d)|\)|\])"
)


@dataclass(frozen=True)
class Case:
    """A rendered sentence and what it has to say.

    Every number of `shown` must be printed, and no number be printed that is neither in `shown` nor in
    `known`; units and signs are those of the sentence. `claims` maps a pattern to whether it must occur.
    `names` are quoted names, whose digits are no numbers.
    """

    sentence: str
    shown: Iterable[float] = ()
    known: Iterable[float] = ()
    claims: Mapping[str, bool] = field(default_factory=dict)
    names: Iterable[str] = ()

    def check(self) -> None:
        """Raise `AssertionError` if the sentence disagrees with its values."""
        text = self.sentence
        for name in (*self.names, "95 %"):
            text = text.replace(name, "×")
        found = NUMBER.findall(text.replace("−", "-"))
        printed = [(bool(under), number.replace(",", "")) for under, number in found]
        shown, known = list(self.shown), list(self.known)
        for token in printed:
            assert any(_rounds_to(value, *token) for value in (*shown, *known)), (token, self)
        for value in shown:
            assert any(_rounds_to(value, *token) for token in printed), (value, self)
        for pattern, expected in self.claims.items():
            assert (re.search(pattern, self.sentence) is not None) == expected, (pattern, expected, self)
        for ends in INTERVAL.findall(self.sentence):
            low, high = (float(end.replace("−", "-").replace(",", "").rstrip(".")) for end in ends)
            assert low <= high, (ends, self)
        assert "nan" not in self.sentence.lower().split(), self
        assert not re.search(r"(?<![\w.,])1 (?:rows|texts|runs|labels|seeds|epochs)\b", self.sentence), self


def _rounds_to(value: float, under: bool, printed: str) -> bool:
    """Whether `printed` is `value` rounded to the decimals printed, or "under" it."""
    number = float(printed)
    if under:
        return 0 < abs(value) < number
    if "e" in printed:
        return abs(value - number) <= 0.051 * abs(number)
    decimals = len(printed.partition(".")[2])
    return abs(value - number) <= 0.5 * 10.0**-decimals + 1e-9 * max(1.0, abs(value))


GRID: dict[str, Callable[[], SearchStrategy[Case]]] = {}
"""Strategies of cases, by the name of their sentence."""


def sentence(strategy: Callable[[], SearchStrategy[Case]]) -> Callable[[], SearchStrategy[Case]]:
    """Register a strategy of cases in the grid."""
    assert strategy.__name__ not in GRID
    GRID[strategy.__name__] = strategy
    return strategy
