"""Calibration, slices and label issues of a run that predicts several labels."""

from typing import ClassVar

from pydantic import Field

from translearn_core.config import ProblemType
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import JobSpec, ReportRole, RunJobConfig
from translearn_core.results import LabelErrors


class LabelErrorsConfig(RunJobConfig[LabelErrors]):
    """Calibration of each label, slices and label issues of a run that predicts several labels."""

    kind: ClassVar = "label_errors"
    columns: tuple[str, ...] = Field((), max_length=20, description="columns of the table to slice by")
    bins: int = Field(15, ge=2, le=50, description="bars of the reliability diagram")
    seed: Seed = 0

    def completeness(self) -> int:
        """Return how many optional comparisons are included."""
        return int(bool(self.columns))


LABEL_ERRORS = JobSpec(
    LabelErrorsConfig,
    LabelErrors,
    "Calibration and errors of labels",
    "diagnostics.error_analysis.label_errors:analyse_label_errors",
    question="Can I trust it?",
    section="diagnostics.label_errors:section",
    description="A model gives a probability for every label. Look whether texts have a label as often as "
    "its probability says (calibration), on which texts the model errs more than elsewhere (slices), and "
    "which labels of the table look wrong or seem to be missing (label issues).",
    action="Analyse the errors",
    progress="Analysing the errors",
    cost="It encodes all texts to look for label issues, which takes some seconds.",
    low_priority=True,
    report=ReportRole.RUN,
    problems=frozenset({ProblemType.MULTI_LABEL}),
)
