"""Claims: what a source found, as a number above or below a limit."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from translearn_core.config import BaseConfig
from translearn_core.prepared_experiments.measure import Measure

Sentence = Annotated[str, Field(min_length=1, max_length=400)]


class Claim(BaseConfig):
    """What a paper found, as a number that the measure must be above or below."""

    paper: Sentence
    measure: Measure
    label: str | None = Field(None, description="label of the measure; none: its first")
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _check_limit(self) -> Self:
        if (self.above is None) is (self.below is None):
            raise ValueError("a claim is above or below a number: give one of the two")
        return self

    @property
    def limit(self) -> float:
        """Number that the measure must be above or below, in its unit."""
        limit = self.above if self.above is not None else self.below
        assert limit is not None
        return limit

    @property
    def side(self) -> str:
        """Side of the limit that is claimed."""
        return "above" if self.above is not None else "below"

    def on_side(self, value: float) -> bool:
        """Whether a number lies on the claimed side of the limit."""
        return value > self.limit if self.above is not None else value < self.limit
