"""Animation of 2-D projections through all layers of a run."""

from typing import ClassVar

from pydantic import Field

from translearn_core.config.base import Seed
from translearn_core.jobs.spec import LABELS, NUMBERS, JobSpec, Requirement, RunJobConfig
from translearn_core.results import ProjectionAnimation


class ProjectionAnimationConfig(RunJobConfig[ProjectionAnimation]):
    """2-D projections of every layer of a finished run, before and after training."""

    kind: ClassVar = "projection_animation"
    limit: int = Field(1500, ge=10, le=5000, description="points at most; a stratified sample above")
    seed: Seed = 0


PROJECTION_ANIMATION = JobSpec(
    ProjectionAnimationConfig,
    ProjectionAnimation,
    "Projection animation",
    "diagnostics.projection_animation:animate_layers",
    question="How do the texts move from layer to layer?",
    low_priority=True,
    problems=LABELS | NUMBERS,
    requires=Requirement.LAYERS,
)
