"""Training snapshots of a run."""

from typing import ClassVar

from pydantic import Field

from translearn_core.config.base import Seed
from translearn_core.jobs.spec import JobSpec, Requirement, RunJobConfig
from translearn_core.results import Snapshots


class SnapshotsConfig(RunJobConfig[Snapshots]):
    """Training snapshots of a finished run: projection of one layer, probe scores of all layers."""

    kind: ClassVar = "snapshots"
    layer: int = Field(description="0 = embeddings, k = after block k-1")
    seed: Seed = 0


SNAPSHOTS = JobSpec(
    SnapshotsConfig,
    Snapshots,
    "Training snapshots",
    "diagnostics.snapshots:score_snapshots",
    question="What did each epoch change?",
    description="Snapshots of the model before and during training, on the same texts. Press Play, or move "
    "the slider, and follow the points: solid ones are test rows, which the model never learned from. The "
    "lines below are the score of a linear probe on every layer at that epoch.",
    action="Replay the training",
    progress="Computing the snapshots",
    low_priority=True,
    requires=Requirement.TRAINED_BACKBONE,
)
