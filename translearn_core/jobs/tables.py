"""Jobs on tables: reading, diagnosis and a preview of augmentation."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from translearn_core.config import AugmentConfig, BackboneConfig, JobConfig
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import (
    CLASSES,
    WORDS,
    BackboneJobConfig,
    JobSpec,
    ReportRole,
    Slot,
    Targets,
    TaskJobConfig,
)
from translearn_core.results import AugmentationPreview, Diagnosis, LabelReview, TableProfile, TextCheck
from translearn_core.results.text_languages import TextLanguages


class ReadConfig(JobConfig[TableProfile]):
    """Read a data set's files into one table."""

    kind: ClassVar = "read"
    dataset: str
    texts_only: bool = Field(
        False, description="a file of texts, to classify or to pre-train on, not to learn from"
    )

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


class DiagnoseConfig(TaskJobConfig[Diagnosis]):
    """Check a table as a task: findings, split and tokenization."""

    kind: ClassVar = "diagnose"
    token_limit: int = 128


class TextCheckConfig(BackboneJobConfig[TextCheck]):
    """Check the texts of a table, labelled or not, against what a backbone reads."""

    kind: ClassVar = "text_check"
    backbone: BackboneConfig = BackboneConfig()
    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


class LabelReviewConfig(TaskJobConfig[LabelReview]):
    """Find rows and classes whose labels are worth a look, before or after training."""

    kind: ClassVar = "label_review"
    job: str | None = Field(None, description="finished run whose errors on held-out rows are listed too")
    seed: Seed = 0

    def references(self) -> Iterable[str | None]:
        """Return the run, and the pretraining of the backbone."""
        return self.job, *super().references()


class LanguagesConfig(JobConfig[TextLanguages]):
    """Identify the language of every text of a table."""

    kind: ClassVar = "languages"
    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


class AugmentationPreviewConfig(TaskJobConfig[AugmentationPreview]):
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
    targets=Targets.ANY,
)

TEXT_CHECK = JobSpec(
    TextCheckConfig,
    TextCheck,
    "Check of the texts",
    "diagnosis:check_texts",
    progress="Looking at the texts",
    slot=Slot.READING,
)

LABEL_REVIEW = JobSpec(
    LabelReviewConfig,
    LabelReview,
    "Label issues",
    "diagnostics.error_analysis.label_review:review_labels",
    question="Which labels may be wrong?",
    problems=CLASSES - WORDS,
    progress="Looking for doubtful labels",
)

LANGUAGES = JobSpec(
    LanguagesConfig,
    TextLanguages,
    "Language identification",
    "diagnostics.domains.text_languages:identify",
    question="Which language is each text in?",
    description="Every text gets the likeliest of the table's languages. They become a column of a new "
    "version of the table, and its values are the domains.",
    action="Identify the languages",
    progress="Identifying languages",
    cost="About a thousand short texts a second, without the backbone.",
    low_priority=True,
)

AUGMENTATION_PREVIEW = JobSpec(
    AugmentationPreviewConfig,
    AugmentationPreview,
    "Augmentation preview",
    "augmentation:preview_augmentation",
    progress="Altering a few texts",
)
