"""Linear probes of the layers of a run."""

from collections.abc import Hashable
from typing import ClassVar

from pydantic import Field

from translearn_core.config.base import Seed
from translearn_core.jobs.spec import LABELS, NUMBERS, JobSpec, ReportRole, Requirement, RunJobConfig
from translearn_core.results import ProbeScores

LENGTH = "(length of the text)"
"""Pseudo-column: quartile of the number of words of a text."""


class ProbeConfig(RunJobConfig[ProbeScores]):
    """Linear probes of every layer: pretrained, fine-tuned and randomly initialised."""

    kind: ClassVar = "probe"
    target: str | None = Field(
        None, description=f"another column of the table, or {LENGTH!r}; none: the label"
    )
    random_init_baseline: bool = Field(True, description="probe the same architecture with fresh weights too")
    control_tasks: int = Field(
        1, ge=0, le=10, description="control tasks: random classes by the first word (arXiv:1909.03368)"
    )
    code_orders: int = Field(
        0,
        ge=0,
        le=20,
        description="random orders of the rows for the online code length, in bits (arXiv:2003.12298); on a "
        "small table each takes twice as long as all probes; 3 give an interval",
    )
    folds: int = Field(5, ge=2, le=20)
    seed: Seed = 0

    def subject(self) -> Hashable:
        """Return the run and the target."""
        return self.job, self.target


PROBE = JobSpec(
    ProbeConfig,
    ProbeScores,
    "Linear probing",
    "diagnostics.probing:probe",
    question="What does each layer know?",
    section="diagnostics.probing:section",
    description="Every layer is probed in three models: pretrained, after your training, and with random "
    "weights. Look for the best layer, and for where the lines diverge.",
    action="Probe every layer",
    progress="Probing",
    cost="It takes a few seconds on a small table.",
    low_priority=True,
    report=ReportRole.RUN,
    problems=LABELS | NUMBERS,
    requires=Requirement.LAYERS,
)
