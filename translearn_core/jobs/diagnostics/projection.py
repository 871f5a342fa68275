"""2-D projection of a layer of a run, and nearest neighbours in it."""

from collections.abc import Hashable
from typing import ClassVar, Self

from pydantic import Field

from translearn_core.config import Method
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import LABELS, NUMBERS, JobSpec, ReportRole, Requirement, RunJobConfig
from translearn_core.results import NearestNeighbours, Projection


class ProjectConfig(RunJobConfig[Projection]):
    """2-D projection of one layer of a finished run, before and after training."""

    kind: ClassVar = "projection"
    layer: int = Field(description="0 = embeddings, k = after block k-1")
    method: Method = Method.PCA
    neighbours: int = Field(15, ge=2, le=200, description="UMAP: size of the local neighbourhood")
    min_dist: float = Field(0.1, ge=0, le=0.99, description="UMAP: how tightly points may pack")
    limit: int = Field(
        10_000,
        ge=10,
        le=50_000,
        description="texts the map is found from at most; the others take their places on it",
    )
    seed: Seed = 0

    @classmethod
    def for_run(cls, job: str, n_blocks: int) -> Self:
        """Return the projection of the last layer."""
        return cls(job=job, layer=n_blocks)

    def subject(self) -> Hashable:
        """Return the run and the layer."""
        return self.job, self.layer


class NeighboursConfig(RunJobConfig[NearestNeighbours]):
    """Nearest neighbours of one text in one layer of a finished run, before and after training."""

    kind: ClassVar = "neighbours"
    layer: int = Field(description="0 = embeddings, k = after block k-1")
    index: int = Field(ge=0, description="line of the text in the run's predictions")
    neighbours: int = Field(10, ge=1, le=50, description="texts to find")


PROJECTION = JobSpec(
    ProjectConfig,
    Projection,
    "2-D projection",
    "diagnostics.projection:project_layer",
    question="How do the texts lie?",
    section="diagnostics.projection:section",
    progress="Computing the projection",
    low_priority=True,
    memory_hint="project fewer points",
    report=ReportRole.RUN,
    problems=LABELS | NUMBERS,
    requires=Requirement.LAYERS,
)

NEIGHBOURS = JobSpec(
    NeighboursConfig,
    NearestNeighbours,
    "Nearest neighbours",
    "diagnostics.neighbours.nearest_neighbours:find_neighbours",
    progress="Looking for its neighbours",
    requires=Requirement.LAYERS,
)
