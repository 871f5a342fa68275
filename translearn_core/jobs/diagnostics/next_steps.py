"""What to do after a run."""

from collections.abc import Iterable
from typing import ClassVar

from translearn_core.jobs.spec import CLASSES, JobSpec, ReportRole, RunJobConfig
from translearn_core.results.diagnostics.next_steps import NextSteps


class NextStepsConfig(RunJobConfig[NextSteps]):
    """Propose what to do after a run, from its results and finished diagnostics."""

    kind: ClassVar = "next_steps"
    baselines: str | None = None
    label_efficiency: str | None = None
    label_review: str | None = None

    def references(self) -> Iterable[str | None]:
        """Return the run and the diagnostics."""
        return (self.job, self.baselines, self.label_efficiency, self.label_review)

    def completeness(self) -> int:
        """Return how many diagnostics are included."""
        return sum(job is not None for job in (self.baselines, self.label_efficiency, self.label_review))


NEXT_STEPS = JobSpec(
    NextStepsConfig,
    NextSteps,
    "Next steps",
    "diagnostics.next_steps:propose_next_steps",
    question="What next?",
    section="diagnostics.next_steps:section",
    description="Rules with their numbers, from this run and from what was measured about it: baselines, "
    "label efficiency and the label review, if they were computed.",
    action="Suggest next steps",
    progress="Looking for the next step",
    cost="It takes a second.",
    report=ReportRole.RUN,
    problems=CLASSES,
)
