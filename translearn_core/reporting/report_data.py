"""Input of a report: a run's results and its diagnostics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from translearn_core.config import ExperimentConfig, PlannedRun, StudyConfig, UnsuitableArm
from translearn_core.jobs import JobSpec
from translearn_core.reporting.formatting import score_sentence
from translearn_core.results import (
    Baselines,
    Drift,
    Evaluation,
    History,
    RunSummary,
    SelfTraining,
    Timeline,
)

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Part:
    """The result of a diagnostic, and the specification of its job."""

    spec: JobSpec[Any, Any]
    result: object


@dataclass(frozen=True, eq=False)
class ReportData:
    """Data of a report.

    `config` to `self_training` describe a run, and are None (`history` empty) for a study; `study`, `planned`
    (all its runs), `unsuitable` (arms left out) and `file` (input of ``translearn study``) describe a study.
    `missing` names results that are not available; `hashes` and `versions` map names to values. `notes` are
    the owner's by figure (`Section.name_of`).
    """

    name: str
    question: str = ""
    command: str = ""
    config: ExperimentConfig | None = None
    evaluation: Evaluation | None = None
    summary: RunSummary | None = None
    drift: Drift | None = None
    history: History = field(default=History((), ()))
    timeline: Timeline | None = None
    self_training: SelfTraining | None = None
    study: StudyConfig | None = None
    planned: tuple[PlannedRun, ...] = ()
    unsuitable: tuple[UnsuitableArm, ...] = ()
    file: str = ""
    parts: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def row_noun(self) -> str:
        """Name of a row of the data of the run or of the study (`DataConfig.row_noun`), else text."""
        about = self.config or self.study
        return "text" if about is None else about.data.row_noun

    @property
    def arms(self) -> dict[str, dict[str, str]]:
        """Factors of each arm of a study by name: recipe, backbone, rows and boundary."""
        return {run.name: run.factors for run in self.planned}

    @property
    def headline(self) -> tuple[str, ...]:
        """Sentences at the top: test scores, and whether transfer helped."""
        baselines = self.result(Baselines)
        scores = () if self.evaluation is None else (score_sentence(self.evaluation),)
        return (*scores, *((baselines.sentence,) if baselines is not None and baselines.sentence else ()))

    def result(self, kind: type[T]) -> T | None:
        """Return the first result of a type, or None."""
        return next((part.result for part in self.parts if isinstance(part.result, kind)), None)
