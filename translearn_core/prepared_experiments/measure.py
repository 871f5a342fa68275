"""What a lesson takes from the result of an experiment: kind of number, labels and unit."""

import math
from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from translearn_core.config import BaseConfig
from translearn_core.errors import ConfigError
from translearn_core.results import Estimate

Measured = dict[str, Estimate]
"""Estimates by label: arms, methods, numbers of training labels or layers."""


class Unit(StrEnum):
    """Unit that measured numbers are shown and guessed in."""

    POINTS = "points"
    PERCENT = "percent"
    LABELS = "labels"
    SECONDS = "seconds"
    NONE = "none"

    @property
    def scale(self) -> float:
        """Factor from the measured number to this unit."""
        return 100.0 if self in (Unit.POINTS, Unit.PERCENT) else 1.0

    def gap(self, value: float) -> str:
        """Format the distance of two numbers that are in this unit; of percentages it is in points."""
        return Unit.POINTS.text(value) if self is Unit.PERCENT else self.text(value)

    def text(self, value: float) -> str:
        """Format a number that is in this unit already."""
        if not math.isfinite(value):
            return "unknown"
        match self:
            case Unit.POINTS:
                return f"{value:.1f} points"
            case Unit.PERCENT:
                return f"{value:.1f} %"
            case Unit.LABELS:
                return f"{value:,.0f} labels"
            case Unit.SECONDS:
                return f"{value:.0f} s"
        return f"{value:.2f}"


class Measure(BaseConfig):
    """What is taken from a result: the kind of number, and for which arms, methods or layers."""

    kind: str = Field(description="name of a measure of the experiment's result")
    of: tuple[str, ...] = Field((), description="arms, methods or models, in this order; none: all")
    names: dict[str, str] = Field({}, description="words for labels, where their own are technical")
    unit: Unit = Unit.PERCENT
    title: str = Field("", description="what the numbers are, for an axis")
    at: int | None = Field(None, description="number of labels, or layer, that it is taken at")

    def choose(self, available: Mapping[str, Estimate]) -> Measured:
        """Return those of `of`, in its order, or all."""
        if missing := [name for name in self.of if name not in available]:
            raise ConfigError("measure", missing[0], f"one of {', '.join(available)}")
        return {name: available[name] for name in self.of or available}
