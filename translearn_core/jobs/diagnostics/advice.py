"""Advice: a recipe recommended for a task."""

from typing import ClassVar

from pydantic import Field

from translearn_core.config import Device, FeatureConfig, Precision
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import CLASSES, JobSpec, Requirement, TaskJobConfig
from translearn_core.results import Advice


class AdviseConfig(TaskJobConfig[Advice]):
    """Recommend a recipe by published rules applied to measurements of the data."""

    kind: ClassVar = "advice"
    features: FeatureConfig = FeatureConfig()
    seconds: float | None = Field(None, gt=0, description="time at hand for one training; none: no limit")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = 0


ADVICE = JobSpec(
    AdviseConfig,
    Advice,
    "Advice",
    "diagnostics.advice:advise",
    progress="Measuring your task",
    low_priority=True,
    problems=CLASSES,
    requires=Requirement.LAYERS,
)
