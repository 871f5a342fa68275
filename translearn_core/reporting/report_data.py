"""What a report is made from: a run's own results, and the answers to what was asked about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from translearn_core.config import ExperimentConfig, JobKind, PlannedRun, StudyConfig
from translearn_core.reporting.formatting import answer
from translearn_core.results import Baselines, Drift, Evaluation, History, RunSummary, Timeline

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Part:
    """An answer and the kind of job that gave it."""

    kind: JobKind
    result: object


@dataclass(frozen=True, eq=False)
class ReportData:
    """Everything known when a report is written.

    `config` to `told` are about the run, and are None, or `history` empty, for a study; `study`, `planned`
    (all its runs) and `file` (what ``translearn study`` reads) are about a study. `missing` names what was
    asked for or belongs here and is not there; `hashes` and `versions` are lines of name and value.
    """

    name: str
    question: str = ""
    command: str = ""
    config: ExperimentConfig | None = None
    evaluation: Evaluation | None = None
    summary: RunSummary | None = None
    drift: Drift | None = None
    history: History = field(default=History((), ()))
    told: Timeline | None = None
    study: StudyConfig | None = None
    planned: tuple[PlannedRun, ...] = ()
    file: str = ""
    parts: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> dict[str, dict[str, str]]:
        """The cells of a study by name: what each is in recipe, backbone, rows and boundary."""
        return {one.name: one.cell for one in self.planned}

    @property
    def short(self) -> tuple[str, ...]:
        """Return the answer in a sentence or two: how good it is, and whether transfer helped."""
        lines = self.result(Baselines)
        scored = () if self.evaluation is None else (answer(self.evaluation),)
        return (*scored, *((lines.sentence,) if lines is not None and lines.sentence else ()))

    def result(self, kind: type[T]) -> T | None:
        """Return the first answer of one kind of result; None if there is none."""
        return next((part.result for part in self.parts if isinstance(part.result, kind)), None)
