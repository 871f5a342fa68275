"""Transferability scores of backbones."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from translearn_core.config import BackboneConfig, DataConfig, Device, FeatureConfig, JobConfig, Precision
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import LABELS, NUMBERS, JobSpec, Requirement
from translearn_core.results import Transferability


class TransferabilityConfig(JobConfig[Transferability]):
    """Transferability scores (LogME, H-score) of the layers of backbones, before training."""

    kind: ClassVar = "transferability"
    data: DataConfig
    backbones: tuple[BackboneConfig, ...] = Field((BackboneConfig(),), min_length=1, max_length=10)
    features: FeatureConfig = FeatureConfig()
    runs: tuple[str, ...] = Field(
        (), max_length=200, description="finished runs on the same task, to see how well the scores told them"
    )
    rows: int = Field(5000, ge=50, le=20_000, description="training rows at most")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = 0

    def references(self) -> Iterable[str | None]:
        """Return the pretrainings of its backbones, and the runs."""
        return (*(backbone.pretraining_job for backbone in self.backbones), *self.runs)

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.data.dataset


TRANSFERABILITY = JobSpec(
    TransferabilityConfig,
    Transferability,
    "Transferability scores",
    "diagnostics.transferability:score_transferability",
    question="How well do its layers suit your labels?",
    section="diagnostics.transferability:section",
    description="Transferability scores, LogME and the H-score, say in seconds and without training how well "
    "the features of a layer suit your labels; higher is better. A linear probe measures the same on rows it "
    "has not seen. Where the two pictures have the same shape, the quick scores can be trusted here.",
    action="Rate every layer",
    progress="Rating layers",
    low_priority=True,
    problems=LABELS | NUMBERS,
    requires=Requirement.LAYERS,
)
