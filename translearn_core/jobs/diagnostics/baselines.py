"""Baselines of a run."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from translearn_core.config.base import Seed
from translearn_core.jobs.spec import LABELS, NUMBERS, JobSpec, ReportRole, RunJobConfig
from translearn_core.results import Baselines


class BaselinesConfig(RunJobConfig[Baselines]):
    """Baselines on the same test rows.

    The best constant prediction, TF-IDF with a linear model, a linear probe of the frozen backbone, label
    spreading where rows have no label and, if it was trained, the same architecture from scratch.
    """

    kind: ClassVar = "baselines"
    from_scratch_run: str | None = Field(
        None, description="the same task trained from fresh weights; none: left out"
    )
    seed: Seed = 0

    def references(self) -> Iterable[str | None]:
        """Return the run and its control."""
        return self.job, self.from_scratch_run

    def completeness(self) -> int:
        """Return how many optional comparisons are included."""
        return int(self.from_scratch_run is not None)


BASELINES = JobSpec(
    BaselinesConfig,
    Baselines,
    "Comparison with baselines",
    "diagnostics.baselines:compare_baselines",
    question="Did transfer help?",
    section="diagnostics.baselines:section",
    description="Look whether this run lies above the baselines: the best constant prediction (the most "
    "frequent class, or the mean), TF-IDF (a linear model on word counts) and a linear probe of the frozen "
    "pretrained model. Transfer gain is the improvement over the same model trained from scratch.",
    progress="Computing the baselines",
    low_priority=True,
    report=ReportRole.RUN,
    problems=LABELS | NUMBERS,
)
