"""Conflict of the gradients of several targets."""

from typing import ClassVar

from pydantic import Field

from translearn_core.config.base import Seed
from translearn_core.jobs.spec import JobSpec, Requirement, RunJobConfig, Targets
from translearn_core.results.diagnostics.gradient_conflict import GradientConflict


class GradientConflictConfig(RunJobConfig[GradientConflict]):
    """Cosine between the gradients of targets in each block, at the weights kept (arXiv:2001.06782)."""

    kind: ClassVar = "gradient_conflict"
    batches: int = Field(12, ge=2, le=200, description="batches of training rows to measure it on")
    batch_size: int = Field(32, ge=2, le=1024, description="rows of each")
    seed: Seed = 0


GRADIENT_CONFLICT = JobSpec(
    GradientConflictConfig,
    GradientConflict,
    "Gradient conflict",
    "diagnostics.gradient_conflict:measure_conflict",
    question="Do the targets pull the backbone the same way?",
    section="diagnostics.gradient_conflict:section",
    description="Each target's loss has a gradient in the shared blocks. A cosine above 0 between two of "
    "them means that a step for one also helps the other; below 0 they conflict, and a step for one undoes "
    "some of the other's. Look at which blocks they conflict in.",
    action="Compare the gradients",
    progress="Comparing the gradients",
    cost="It takes some batches of training rows through the model and back, once for each target.",
    low_priority=True,
    targets=Targets.SEVERAL,
    requires=Requirement.TRAINED_BACKBONE,
)
