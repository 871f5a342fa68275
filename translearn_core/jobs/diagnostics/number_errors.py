"""Prediction intervals and errors of a run that predicts a number."""

from typing import ClassVar

from pydantic import Field

from translearn_core.jobs.spec import NUMBERS, JobSpec, ReportRole, RunJobConfig
from translearn_core.results import NumberErrors


class NumberErrorsConfig(RunJobConfig[NumberErrors]):
    """Conformal intervals, slices and largest residuals of a run that predicts a number."""

    kind: ClassVar = "number_errors"
    columns: tuple[str, ...] = Field((), max_length=20, description="columns of the table to slice by")

    def completeness(self) -> int:
        """Return how many optional comparisons are included."""
        return int(bool(self.columns))


NUMBER_ERRORS = JobSpec(
    NumberErrorsConfig,
    NumberErrors,
    "Prediction intervals and errors",
    "diagnostics.error_analysis.number_errors:analyse_number_errors",
    question="Can I trust it?",
    section="diagnostics.number_errors:section",
    description="A predicted number alone does not say how far off it may be. Look how wide an interval must "
    "be to hold the true number in most cases (conformal prediction), on which texts the model errs more "
    "than elsewhere (slices), and whether the number in the table or the model is wrong (largest residuals).",
    action="Analyse the errors",
    progress="Analysing the errors",
    cost="It takes a few seconds.",
    low_priority=True,
    report=ReportRole.RUN,
    problems=NUMBERS,
)
