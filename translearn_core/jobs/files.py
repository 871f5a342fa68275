"""Report and export of a run."""

from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import Field, model_validator

from translearn_core.config import JobConfig, StudyConfig
from translearn_core.jobs.spec import JobSpec, RunJobConfig
from translearn_core.results import ExportFile, ReportFile
from translearn_core.translation import Language


class ReportConfig(JobConfig[ReportFile]):
    """HTML report of a run, a study or diagnostics of a table, from the results so far."""

    kind: ClassVar = "report"
    job: str | None = Field(None, description="the training job; none: a study or diagnostics")
    parts: tuple[str, ...] = Field((), max_length=100, description="jobs whose answers belong in it")
    name: str = Field("", max_length=200, description="what it is called")
    question: str = Field("", max_length=2000, description="what was asked, in the reader's words")
    command: str = Field("", max_length=20_000, description="command line that does it again")
    study: StudyConfig | None = Field(None, description="the study that it is about")
    blocks: dict[str, int] = Field({}, description="blocks of each backbone of the study, by its label")
    data: str = Field("", max_length=200, description="what the study's table is called")
    notes: dict[str, str] = Field({}, max_length=200, description="its owner's notes by figure")
    language: Language = Field(Language.ENGLISH, description="language of its texts")

    @model_validator(mode="after")
    def _check_subject(self) -> Self:
        if self.job is None and not self.parts:
            raise ValueError("a report is about a run, the comparison of a study, or diagnostics: give one")
        return self

    def references(self) -> Iterable[str | None]:
        """Return the run and its parts."""
        return (self.job, *self.parts)


class ExportConfig(RunJobConfig[ExportFile]):
    """Self-contained export: weights, tokenizer, labels, model card, ``predict.py``."""

    kind: ClassVar = "export"
    onnx: bool = Field(False, description="an ONNX file too; needs the extra 'onnx'")
    name: str = Field("", max_length=200, description="what the run is called, for the model card")
    data: str = Field("", max_length=200, description="what the table is called, for the model card")


REPORT = JobSpec(ReportConfig, ReportFile, "Report", "report:write_report")

EXPORT = JobSpec(
    ExportConfig,
    ExportFile,
    "Export",
    "export:export",
    progress="Packing the model",
    low_priority=True,
)
