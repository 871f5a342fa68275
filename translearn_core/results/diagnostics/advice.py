"""Which recipe to begin with, why, and what speaks against it."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Fact:
    """Something measured on the data: its name, its value as text, and how it was found."""

    name: str
    value: str
    how: str


@dataclass(frozen=True)
class Reason:
    """A rule that applied: what it saw, what it says, and where it is from."""

    observation: str
    conclusion: str
    source: str


@dataclass(frozen=True)
class Option:
    """A recipe as it would be here: estimated seconds (None where unknown) and what to expect of it."""

    recipe: str
    seconds: float | None
    fits: bool
    note: str


@dataclass(frozen=True)
class Advice:
    """A recipe with settings by dotted name; rules, not a promise."""

    recipe: str
    settings: dict[str, object]
    sentence: str
    facts: tuple[Fact, ...]
    reasons: tuple[Reason, ...]
    doubts: tuple[Reason, ...]
    options: tuple[Option, ...] = field(default=())

    def frame(self) -> pd.DataFrame:
        """One line per recipe: estimated seconds, whether it fits the time at hand, what to expect."""
        return pd.DataFrame(
            [
                {"recipe": one.recipe, "seconds": one.seconds, "fits": one.fits, "note": one.note}
                for one in self.options
            ]
        )
