"""Adaptation to a target domain."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from translearn_core.config.base import BaseConfig
from translearn_core.config.domains import DomainConfig
from translearn_core.config.few_labels.self_training import SelfTrainingConfig

SLOW_RATE = 0.1
"""Factor of the backbone's rates where it moves slowly from the source to the target."""


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
    target_rate: float = Field(
        1.0,
        gt=0,
        le=1,
        description="sequential: factor of the backbone's learning rates on the target's rows; the head "
        "keeps its own",
    )

    @model_validator(mode="after")
    def _check_weight(self) -> Self:
        if self.weight != 1.0 and not self.method.aligns:
            raise ValueError(f"weight: {self.method!s} adds no loss to weigh: leave it at 1")
        if self.target_rate != 1.0 and self.method is not AdaptationMethod.SEQUENTIAL:
            raise ValueError(f"target_rate: {self.method!s} has no part for the target alone: leave it at 1")
        return self


class Way(StrEnum):
    """Way from a source to a target domain: which rows train, and how texts of the target are drawn on."""

    SOURCE = "source only"
    TARGET = "target only"
    BOTH = "both together"
    SEQUENTIAL = "source, then target"
    SLOW = "source, then target slowly"
    IMPORTANCE = "importance weights"
    CORAL = "CORAL"
    MMD = "MMD"
    DANN = "DANN"
    SELF_TRAINING = "self-training"
    PRETRAIN_TARGET = "pre-training on the target"

    @property
    def self_training(self) -> SelfTrainingConfig | None:
        """Self-training on the target's texts without labels."""
        return SelfTrainingConfig() if self is Way.SELF_TRAINING else None

    @classmethod
    def of(
        cls,
        domains: DomainConfig | None,
        adaptation: AdaptationConfig | None = None,
        *,
        self_training: bool = False,
        pretrained: bool = False,
    ) -> "Way | None":
        """Return the way of an experiment; None without a source and a target.

        `self_training`: it learns from its own predictions; `pretrained`: on the target's texts first.
        """
        if domains is None or not (domains.source and domains.target):
            return None
        if adaptation is not None:
            return next((way for way in cls if way.adaptation == adaptation), None)
        if self_training:
            return cls.SELF_TRAINING
        if pretrained:
            return cls.PRETRAIN_TARGET
        if not domains.use_source:
            return cls.TARGET
        return cls.SOURCE if domains.target_labels == 0 else cls.BOTH

    @property
    def adaptation(self) -> AdaptationConfig | None:
        """Adaptation of the training."""
        if self is Way.SLOW:
            return AdaptationConfig(method=AdaptationMethod.SEQUENTIAL, target_rate=SLOW_RATE)
        methods = {
            Way.SEQUENTIAL: AdaptationMethod.SEQUENTIAL,
            Way.IMPORTANCE: AdaptationMethod.IMPORTANCE,
            Way.CORAL: AdaptationMethod.CORAL,
            Way.MMD: AdaptationMethod.MMD,
            Way.DANN: AdaptationMethod.DANN,
        }
        return AdaptationConfig(method=methods[self]) if self in methods else None

    def lacking(self, labels: int | None) -> str | None:
        """Return why the way does not go with `labels` labelled target rows, None for all; None if it does.

        Source only takes no labels of the target; target only, both together and one after the other need
        some.
        """
        if labels == 0 and self in (Way.TARGET, Way.BOTH, Way.SEQUENTIAL, Way.SLOW):
            return "needs labels of the target"
        return "takes no label of the target" if labels != 0 and self is Way.SOURCE else None

    def domains(self, domains: DomainConfig, labels: int | None) -> DomainConfig | None:
        """Return the rows for `labels` labelled target rows, None for all; None where there is no such way.

        `lacking` says why.
        """
        if self.lacking(labels) is not None:
            return None
        return domains.model_copy(update={"target_labels": labels, "use_source": self is not Way.TARGET})
