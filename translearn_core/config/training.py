"""Configuration of the training loop, of distillation and of augmentation."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from translearn_core.config.base import BaseConfig, Seed
from translearn_core.config.enums import (
    ClassWeights,
    Device,
    KeepEpoch,
    Optimizer,
    Precision,
    ProblemType,
    RegressionLoss,
    Schedule,
    TaskOrder,
    TaskWeighting,
)
from translearn_core.config.model import FreezePlan

RATE_FACTORS: dict[Optimizer, float] = {
    Optimizer.ADAMW: 1.0,
    Optimizer.ADAM: 1.0,
    Optimizer.SGD: 100.0,
    Optimizer.RMSPROP: 0.3,
    Optimizer.ADAFACTOR: 30.0,
}
"""Learning rates of each optimizer as multiples of AdamW's, which all defaults and recipes give."""

WORD_HEAD_LR = 1e-2
"""Default learning rate of the head of words on a frozen backbone."""

MAX_RATE, MAX_HEAD_RATE = 1.0, 10.0
"""Highest learning rates of the backbone and the head."""


class TrainingConfig(BaseConfig):
    """Training loop: duration, learning rates, regularisation, device."""

    epochs: int = Field(
        3,
        ge=0,
        le=1000,
        description="passes over the training rows; 0 only to continue a finished run",
    )
    lr: float = Field(
        5e-5, gt=0, le=MAX_RATE, description="peak learning rate of the backbone's trainable blocks"
    )
    layer_decay: float = Field(
        1.0, gt=0, le=1.0, description="each block's rate is this share of that of the block above"
    )
    lr_per_block: tuple[Annotated[float, Field(gt=0, le=MAX_RATE)], ...] = Field(
        (), description="a peak rate for every block, from block 0; instead of rate and decay"
    )
    head_lr: float = Field(1e-3, gt=0, le=MAX_HEAD_RATE, description="peak learning rate of the head")
    batch_size: int = Field(32, ge=1, le=4096, description="texts per step")
    optimizer: Optimizer = Optimizer.ADAMW
    momentum: float = Field(0.9, ge=0, lt=1.0, description="SGD: share of the last step kept in the next")
    weight_decay: float = Field(0.01, ge=0, le=1.0, description="on matrices only")
    warmup_ratio: float = Field(0.1, ge=0, lt=1.0, description="share of the steps in which the rate rises")
    schedule: Schedule = Schedule.LINEAR
    max_grad_norm: float = Field(1.0, gt=0, description="largest gradient norm")
    l2_sp: float = Field(
        0.0,
        ge=0,
        le=10.0,
        description="pull towards the pretrained weights instead of decay (arXiv:1802.01483)",
    )
    dropout: float | None = Field(
        None, ge=0, lt=1.0, description="dropout inside trained blocks; off: as the backbone was built"
    )
    mixout: float = Field(
        0.0,
        ge=0,
        lt=1.0,
        description="share of the weights of trained blocks that each step takes from their start; dropout "
        "there is then off unless given (arXiv:1909.11299)",
    )
    class_weights: ClassWeights = ClassWeights.NONE
    regression_loss: RegressionLoss = Field(
        RegressionLoss.MSE, description="loss of a number: squared error, or Huber, which outliers move less"
    )
    task_weighting: TaskWeighting = Field(
        TaskWeighting.BY_HAND,
        description="several targets: each loss has its given weight, or one that is learned "
        "(arXiv:1705.07115)",
    )
    task_order: TaskOrder = Field(
        TaskOrder.JOINT, description="several targets: all train in every epoch, or one after the other"
    )
    patience: int | None = Field(
        None, ge=1, description="stop after so many epochs without a better validation score"
    )
    keep: KeepEpoch = Field(
        KeepEpoch.BEST, description="epoch whose weights are kept: the best on validation, or the last"
    )
    predict_train: bool = Field(
        True,
        description="predict the training rows too when the training ends, for projections and neighbours; "
        "they can be predicted later",
    )
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = Field(0, description="seed of head, batch order and dropout")

    @classmethod
    def defaults_for(cls, plan: FreezePlan, problem: ProblemType = ProblemType.SINGLE_LABEL) -> Self:
        """Return defaults for a plan, tuned on the validation rows of SST-2, of words on those of UD EWT.

        A batch of 32 sentences holds hundreds of words, so that a head of words takes few steps on few
        sentences: with 60 of them the rate of texts scores 41 % and `WORD_HEAD_LR` 72 %, as a linear probe.
        """
        if not plan.blocks and not plan.embeddings:
            return cls(epochs=20, head_lr=WORD_HEAD_LR) if problem is ProblemType.TOKENS else cls(epochs=20)
        return cls(lr=1e-4 if plan.embeddings or plan.blocks[0] == 0 else 3e-4)

    def rebase_defaults(self, before: Self, after: Self) -> Self:
        """Return these settings with the defaults `before` replaced by the defaults `after`."""
        old, new = (defaults.with_optimizer(self.optimizer) for defaults in (before, after))
        fields = type(self).model_fields
        update = {f: getattr(new, f) for f in fields if getattr(self, f) == getattr(old, f)}
        return self.model_copy(update=update)

    @property
    def keeps_last_epoch(self) -> bool:
        """Whether the last epoch's weights are kept, as always where one target trains after the other."""
        return self.keep is KeepEpoch.LAST or self.task_order is TaskOrder.SEQUENTIAL

    @property
    def block_dropout(self) -> float | None:
        """Dropout in trained blocks, which mixout replaces; None: as the backbone was built."""
        return 0.0 if self.mixout and self.dropout is None else self.dropout

    def with_optimizer(self, optimizer: Optimizer) -> Self:
        """Return these settings for another optimizer, with learning rates scaled by `RATE_FACTORS`."""
        factor = RATE_FACTORS[optimizer] / RATE_FACTORS[self.optimizer]

        def scaled(rate: float, highest: float) -> float:
            return min(highest, float(f"{rate * factor:.6g}"))

        update: dict[str, Any] = {
            "optimizer": optimizer,
            "lr": scaled(self.lr, MAX_RATE),
            "lr_per_block": tuple(scaled(rate, MAX_RATE) for rate in self.lr_per_block),
            "head_lr": scaled(self.head_lr, MAX_HEAD_RATE),
        }
        return self if optimizer is self.optimizer else self.model_copy(update=update)


RATES = ("lr", "lr_per_block", "head_lr")
"""Learning rates among the fields of `TrainingConfig`."""


class DistilConfig(BaseConfig):
    """Knowledge distillation from a finished run (arXiv:1503.02531)."""

    teacher: str = Field(min_length=1, description="the finished run that teaches")
    temperature: float = Field(2.0, gt=0, le=100, description="above 1 the lesser classes tell more")
    weight: float = Field(0.7, gt=0, le=1, description="share of the teacher's word; the rest is the labels'")


class AugmentConfig(BaseConfig):
    """Data augmentation of training texts in the manner of EDA (arXiv:1901.11196)."""

    copies: int = Field(0, ge=0, le=16, description="altered copies of every training text; 0: none")
    delete: float = Field(0.1, ge=0, le=0.9, description="share of the words that is left out")
    swap: float = Field(0.1, ge=0, le=0.9, description="share of the words that change places with another")
    insert: float = Field(
        0.1, ge=0, le=0.9, description="share of the words beside which a neighbour in the vocabulary is put"
    )
    seed: Seed = Field(0, description="seed of the alterations")

    @model_validator(mode="after")
    def _check_operations(self) -> Self:
        if self.copies and not (self.delete or self.swap or self.insert):
            raise ValueError("copies without delete, swap or insert would only repeat the texts")
        return self
