"""Recommended recipe, with reasons and objections."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Fact:
    """Measurement on the data: name, value as text, and method."""

    name: str
    value: str
    how: str


@dataclass(frozen=True)
class Reason:
    """Rule that applied: observation, conclusion and source."""

    observation: str
    conclusion: str
    source: str


@dataclass(frozen=True)
class Option:
    """Recipe with estimated seconds (None if unknown), whether it fits the time limit, and a note."""

    recipe: str
    seconds: float | None
    fits: bool
    note: str


@dataclass(frozen=True)
class Advice:
    """Recommended recipe with settings by dotted name, facts, reasons, doubts and all options."""

    recipe: str
    settings: dict[str, object]
    sentence: str
    facts: tuple[Fact, ...]
    reasons: tuple[Reason, ...]
    doubts: tuple[Reason, ...]
    options: tuple[Option, ...] = field(default=())

    def frame(self) -> pd.DataFrame:
        """Return one row per recipe: estimated seconds, whether it fits the time limit, note."""
        return pd.DataFrame([vars(option) for option in self.options])
