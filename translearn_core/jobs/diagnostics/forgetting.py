"""Catastrophic forgetting of a run."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from translearn_core.config.base import Seed
from translearn_core.jobs.spec import JobSpec, ReportRole, Requirement, RunJobConfig
from translearn_core.results import Forgetting


class ForgettingConfig(RunJobConfig[Forgetting]):
    """Catastrophic forgetting: earlier tasks, sentence similarity and masked-language modelling."""

    kind: ClassVar = "forgetting"
    earlier_runs: tuple[str, ...] = Field((), max_length=20, description="earlier runs, on the same backbone")
    seed: Seed = 0

    def references(self) -> Iterable[str | None]:
        """Return the run and the earlier ones."""
        return (self.job, *self.earlier_runs)

    def completeness(self) -> int:
        """Return how many optional comparisons are included."""
        return int(bool(self.earlier_runs))


FORGETTING = JobSpec(
    ForgettingConfig,
    Forgetting,
    "Catastrophic forgetting",
    "diagnostics.forgetting.forgetting:measure_forgetting",
    question="What was lost?",
    section="diagnostics.forgetting:section",
    description="A model that learns a new task may lose what it could do before: catastrophic forgetting. "
    "Three abilities are measured before and after training. Look for marks left of the zero line whose "
    "intervals do not touch it: these were lost.",
    action="Measure forgetting",
    progress="Measuring forgetting",
    cost="It reads the earlier tables again, which takes some seconds to some minutes.",
    low_priority=True,
    report=ReportRole.RUN,
    requires=Requirement.TRAINED_BACKBONE,
)
