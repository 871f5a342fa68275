"""Jobs on tables: reading, diagnosis and a preview of augmentation."""

from typing import ClassVar

from pydantic import Field

from translearn_core.config import AugmentConfig, JobConfig
from translearn_core.jobs.spec import JobSpec, ReportRole, Slot, TaskJobConfig
from translearn_core.results import AugmentationPreview, Diagnosis, TableProfile


class ReadConfig(JobConfig):
    """Read a data set's files into one table."""

    kind: ClassVar = "read"
    dataset: str
    texts_only: bool = Field(
        False, description="a file of texts, to classify or to pre-train on, not to learn from"
    )

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


class DiagnoseConfig(TaskJobConfig):
    """Check a table as a task: findings, split and tokenization."""

    kind: ClassVar = "diagnose"
    token_limit: int = 128


class AugmentationPreviewConfig(TaskJobConfig):
    """Augment a few training texts as a preview."""

    kind: ClassVar = "augmentation_preview"
    augment: AugmentConfig = AugmentConfig(copies=1)
    texts: int = Field(5, ge=1, le=50, description="training texts to show")


READ = JobSpec(
    ReadConfig,
    TableProfile,
    "Table",
    "data_loading:read_dataset",
    progress="Reading the table",
    slot=Slot.READING,
    warm_up=True,
)

DIAGNOSE = JobSpec(
    DiagnoseConfig,
    Diagnosis,
    "Data diagnosis",
    "diagnosis:diagnose_task",
    question="What did it learn from?",
    section="diagnostics.data_profile:section",
    progress="Looking at the task",
    slot=Slot.READING,
    warm_up=True,
    report=ReportRole.RUN_AND_STUDY,
)

AUGMENTATION_PREVIEW = JobSpec(
    AugmentationPreviewConfig,
    AugmentationPreview,
    "Augmentation preview",
    "augmentation:preview_augmentation",
    progress="Altering a few texts",
)
