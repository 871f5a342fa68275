"""Representation similarity of the layers of a run before and after training."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from translearn_core.config.base import Seed
from translearn_core.jobs.spec import JobSpec, ReportRole, Requirement, RunJobConfig
from translearn_core.results import Similarity


class SimilarityConfig(RunJobConfig[Similarity]):
    """Representation similarity of layers before and after training (debiased CKA, arXiv:1905.00414)."""

    kind: ClassVar = "similarity"
    second_seed_run: str | None = Field(
        None, description="the same run with another seed: what chance alone moves"
    )
    rows: int = Field(2000, ge=50, le=20_000, description="texts at most; a stratified sample above")
    seed: Seed = 0

    def references(self) -> Iterable[str | None]:
        """Return the run and its second seed."""
        return self.job, self.second_seed_run

    def completeness(self) -> int:
        """Return how many optional comparisons are included."""
        return int(self.second_seed_run is not None)


SIMILARITY = JobSpec(
    SimilarityConfig,
    Similarity,
    "Representation similarity (CKA)",
    "diagnostics.similarity:compute_similarity",
    question="What moved?",
    section="diagnostics.similarity:section",
    description="Representation similarity compares how a layer arranges the texts, which are close and "
    "which are far apart, before and after training. Look for the layers where it falls.",
    action="Compare the layers",
    progress="Comparing the layers",
    cost="It reads up to 2,000 texts with four models, which takes some seconds to a minute.",
    low_priority=True,
    report=ReportRole.RUN,
    requires=Requirement.TRAINED_BACKBONE,
)
