"""Self-training: learning from rows without a label."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from translearn_core.config.base import BaseConfig
from translearn_core.config.data import DataConfig
from translearn_core.config.enums import ProblemType


class SelfTrainingMethod(StrEnum):
    """How rows without a label are learned from."""

    SELF_TRAINING = "self_training"
    CONSISTENCY = "consistency"

    @property
    def label(self) -> str:
        """Name in sentences and tables."""
        return self.value.replace("_", "-")


class SelfTrainingConfig(BaseConfig):
    """Self-training on pseudo-labels, which are the model's own confident predictions.

    References
    ----------
    Thresholds, hard labels and consistency: Sohn et al. 2020 (FixMatch), arXiv:2001.07685.
    """

    method: SelfTrainingMethod = Field(
        SelfTrainingMethod.SELF_TRAINING,
        description="self_training: confident predictions become labels, and training starts again with "
        "them; consistency: each step, an altered copy of a text is to get the label of the text",
    )
    threshold: float = Field(
        0.95, ge=0, lt=1, description="least probability of a prediction that counts as a label"
    )
    rounds: int = Field(3, ge=1, le=10, description="trainings after the first one; self_training only")
    balanced: bool = Field(
        True, description="take as many pseudo-labels of every class, the most confident ones"
    )
    weight: float = Field(1.0, gt=0, le=100, description="weight of a row without a label in the loss")
    ratio: int = Field(
        3, ge=1, le=16, description="texts without a label per labelled one in a step; consistency only"
    )

    @property
    def repeats(self) -> int:
        """Number of trainings from the start."""
        return self.rounds + 1 if self.method is SelfTrainingMethod.SELF_TRAINING else 1

    @property
    def per_step(self) -> int:
        """Texts without a label per labelled one that each step adds."""
        return self.ratio if self.method is SelfTrainingMethod.CONSISTENCY else 0

    @model_validator(mode="after")
    def _check_method(self) -> Self:
        steps = self.method is SelfTrainingMethod.CONSISTENCY
        others = ("rounds", "balanced") if steps else ("ratio",)
        for name in others:
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name}: {self.method!s} has no use for it: leave it at its default")
        return self

    def check(self, data: DataConfig, conflicts: Sequence[str]) -> None:
        """Raise ValueError if `data` have no single label, or if any setting conflicts."""
        if data.several_targets or data.problem is not ProblemType.SINGLE_LABEL:
            raise ValueError(
                f"self_training: {self.method!s} takes confident predictions of one of several classes as "
                "labels: choose one column of classes, or leave it out"
            )
        if conflicts:
            raise ValueError(
                f"{conflicts[0]}: does not go with self_training by {self.method!s}: leave one of the two out"
            )
