"""Contrastive fine-tuning on pairs of labelled texts."""

from enum import StrEnum

from pydantic import Field

from translearn_core.config.base import BaseConfig

DEFAULT_TEMPERATURE = 0.1

VALIDATION_TEXTS = 256
"""Validation texts that the loss of pairs is measured on."""


class PairLoss(StrEnum):
    """Loss of the pairs of a batch."""

    COSINE = "cosine"
    SUPERVISED = "supervised contrastive"


class ContrastiveConfig(BaseConfig):
    """Contrastive fine-tuning before the head is fitted (SetFit, arXiv:2209.11055).

    Texts of one class are drawn together, of different ones apart.
    """

    loss: PairLoss = Field(
        PairLoss.COSINE,
        description="squared error of the cosine similarity, as in SetFit, or the supervised contrastive "
        "loss (arXiv:2004.11362)",
    )
    draws: int = Field(
        20,
        ge=1,
        le=1000,
        description="how often each training text is drawn in an epoch; it is paired with every other text "
        "of its batch",
    )
    temperature: float = Field(
        DEFAULT_TEMPERATURE, gt=0, le=10, description="supervised contrastive loss: the lower, the sharper"
    )

    def steps_per_epoch(self, rows: int, batch_size: int) -> int:
        """Return the number of batches of an epoch of so many training rows."""
        return -(-self.draws * rows // max(1, min(batch_size, rows)))


def check_pairs(
    *, one_class: bool, trains_backbone: bool, fits_head: bool, adapts: bool, patience: bool
) -> None:
    """Raise ValueError for a setting of an experiment that pairs of texts cannot train with."""
    lacking = {
        "data.targets": None
        if one_class
        else "one column of classes, one class a row: texts are alike or not",
        "freeze": None if trains_backbone else "at least one block that trains",
        "head.kind": None if fits_head else "'probe': the head is fitted at once, after the pairs",
        "adaptation": "no adaptation" if adapts else None,
        "training.patience": "no early stopping: the last epoch counts" if patience else None,
    }
    for name, need in lacking.items():
        if need is not None:
            raise ValueError(f"{name}: contrastive fine-tuning needs {need}; or leave contrastive out")
