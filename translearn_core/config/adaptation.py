"""Adaptation to a target domain."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from translearn_core.config.base import BaseConfig


class AdaptationMethod(StrEnum):
    """How training draws on the texts of the target domain."""

    SEQUENTIAL = "sequential"
    IMPORTANCE = "importance"
    CORAL = "coral"
    MMD = "mmd"
    DANN = "dann"

    @property
    def aligns(self) -> bool:
        """Whether it adds a loss between the features of source and target."""
        return self in (AdaptationMethod.CORAL, AdaptationMethod.MMD, AdaptationMethod.DANN)

    @property
    def needs_target_texts(self) -> bool:
        """Whether it learns from target texts without labels."""
        return self is not AdaptationMethod.SEQUENTIAL


class AdaptationConfig(BaseConfig):
    """Adaptation from source to target domain (see `DomainConfig`)."""

    method: AdaptationMethod = Field(
        AdaptationMethod.CORAL,
        description="sequential: source rows, then target rows; importance: source rows weigh by their "
        "likeness to the target; coral, mmd, dann: features of both are aligned",
    )
    weight: float = Field(1.0, gt=0, le=1000, description="weight of the loss that aligns features")

    @model_validator(mode="after")
    def _check_weight(self) -> Self:
        if self.weight != 1.0 and not self.method.aligns:
            raise ValueError(f"weight: {self.method!s} adds no loss to weigh: leave it at 1")
        return self
