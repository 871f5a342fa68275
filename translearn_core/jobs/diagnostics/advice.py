"""Advice: a recipe recommended for a task."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from translearn_core.config import BackboneConfig, DataConfig, Device, FeatureConfig, JobConfig, Precision
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import CLASSES, JobSpec
from translearn_core.results import Advice


class AdviseConfig(JobConfig):
    """Recommend a recipe by published rules applied to measurements of the data."""

    kind: ClassVar = "advice"
    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    features: FeatureConfig = FeatureConfig()
    seconds: float | None = Field(None, gt=0, description="time at hand for one training; none: no limit")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = 0

    def references(self) -> Iterable[str | None]:
        """Return the pretraining of its backbone."""
        return (self.backbone.pretraining_job,)

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.data.dataset


ADVICE = JobSpec(
    AdviseConfig, Advice, "Advice", "diagnostics.advice:advise", low_priority=True, problems=CLASSES
)
