"""Calibration, selective prediction, slices and label issues of a run."""

from typing import ClassVar

from pydantic import Field

from translearn_core.config.base import Seed
from translearn_core.jobs.spec import CLASSES, JobSpec, ReportRole, RunJobConfig
from translearn_core.results import ErrorAnalysis


class ErrorAnalysisConfig(RunJobConfig[ErrorAnalysis]):
    """Calibration, selective prediction, slices and label issues of a run."""

    kind: ClassVar = "error_analysis"
    columns: tuple[str, ...] = Field((), max_length=20, description="columns of the table to slice by")
    bins: int = Field(15, ge=2, le=50, description="bars of the reliability diagram")
    seed: Seed = 0

    def completeness(self) -> int:
        """Return how many optional comparisons are included."""
        return int(bool(self.columns))


ERROR_ANALYSIS = JobSpec(
    ErrorAnalysisConfig,
    ErrorAnalysis,
    "Calibration and errors",
    "diagnostics.error_analysis.error_analysis:analyse_errors",
    question="Can I trust it?",
    section="diagnostics.error_analysis:section",
    description="A model gives a confidence with every prediction. Look whether it is right as often as it "
    "is confident (calibration), on which texts it errs more than elsewhere (slices), and whether the label "
    "or the model is wrong (label issues).",
    action="Analyse the errors",
    progress="Analysing the errors",
    cost="It encodes all texts to look for label issues, which takes some seconds.",
    low_priority=True,
    report=ReportRole.RUN,
    problems=CLASSES,
)
