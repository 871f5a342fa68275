"""Training, the learning-rate finder, and the comparison of runs."""

from collections.abc import Iterable
from typing import ClassVar, Self

from pydantic import Field, model_validator

from translearn_core.config import BaseConfig, ExperimentConfig, JobConfig
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import JobSpec, ReportRole, Requirement, RunJobConfig, Slot
from translearn_core.results import (
    Comparison,
    LrFinderResult,
    PairedComparison,
    RunSummary,
    Selection,
    TrainingPredictions,
)


class LrFinderConfig(JobConfig[LrFinderResult]):
    """Learning-rate range test: raise the rate until the loss diverges (arXiv:1506.01186)."""

    kind: ClassVar = "lr_finder"
    experiment: ExperimentConfig
    low: float = Field(1e-6, gt=0, le=1.0, description="rate of the first step")
    high: float = Field(1.0, gt=0, le=10.0, description="rate of the last step")
    steps: int = Field(100, ge=20, le=1000, description="steps at most; it ends when the loss runs away")

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.high < 10 * self.low:
            raise ValueError("high must be at least ten times low")
        return self

    def references(self) -> Iterable[str | None]:
        """Return the jobs that the experiment needs."""
        return self.experiment.references()

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.experiment.data.dataset


class StudyArm(BaseConfig):
    """Runs that differ only in the seed."""

    name: str = Field(min_length=1, max_length=200)
    jobs: tuple[str, ...] = Field(min_length=1, max_length=200, description="finished runs, one a seed")


class CompareConfig(JobConfig[Comparison]):
    """Compare arms of runs: means with intervals, and paired differences from a baseline."""

    kind: ClassVar = "compare"
    arms: tuple[StudyArm, ...] = Field(min_length=1, max_length=500)
    baseline: str = Field(description="name of the arm the others are held against")
    seed: Seed = 0

    def references(self) -> Iterable[str | None]:
        """Return all compared runs."""
        return (job for arm in self.arms for job in arm.jobs)


class SelectionCandidate(BaseConfig):
    """Candidate of a search: its finished runs by seed, each a chain of runs that continue one another."""

    name: str = Field(min_length=1, max_length=200)
    chains: tuple[tuple[str, ...], ...] = Field(min_length=1, max_length=100)


class SelectionConfig(JobConfig[Selection]):
    """Choose the best candidate of a search on validation, and report on test."""

    kind: ClassVar = "selection"
    candidates: tuple[SelectionCandidate, ...] = Field(min_length=1, max_length=100)

    def references(self) -> Iterable[str | None]:
        """Return all runs."""
        return (job for candidate in self.candidates for chain in candidate.chains for job in chain)


class TrainingPredictionsConfig(RunJobConfig[TrainingPredictions]):
    """Predict the training rows of a run that predicted held-out rows only."""

    kind: ClassVar = "training_predictions"


class PairedComparisonConfig(JobConfig[PairedComparison]):
    """Compare two runs row by row on the test rows that both were tested on."""

    kind: ClassVar = "paired_comparison"
    job: str = Field(description="finished run to compare with")
    other: str = Field(description="finished run that is compared with it")
    seed: Seed = 0

    def references(self) -> Iterable[str | None]:
        """Return both runs."""
        return self.job, self.other


_SMALLER = "choose a smaller batch size, a lower token limit or more frozen blocks"

TRAIN = JobSpec(
    ExperimentConfig,
    RunSummary,
    "Training",
    "training:train",
    slot=Slot.TRAINING,
    warm_up=True,
    memory_hint=_SMALLER,
    resumable=True,
)

TRAINING_PREDICTIONS = JobSpec(
    TrainingPredictionsConfig,
    TrainingPredictions,
    "Predictions of the training rows",
    "training:predict_training",
    action="Predict the training rows",
    progress="Predicting the training rows",
    cost="one pass of the training rows through the model",
    slot=Slot.TRAINING,
)

LR_FINDER = JobSpec(
    LrFinderConfig,
    LrFinderResult,
    "Learning-rate finder",
    "lr_finder:find_learning_rate",
    progress="Trying learning rates",
    low_priority=True,
    memory_hint=_SMALLER,
    requires=Requirement.STEPS,
)

COMPARE = JobSpec(
    CompareConfig,
    Comparison,
    "Comparison of the configurations",
    "compare:compare",
    question="How do the configurations compare?",
    section="diagnostics.comparison:section",
    progress="Comparing the runs",
    report=ReportRole.STUDY,
)

SELECTION = JobSpec(
    SelectionConfig,
    Selection,
    "Model selection",
    "selection:select",
    question="Which model is it?",
    progress="Choosing on validation",
)

PAIRED_COMPARISON = JobSpec(
    PairedComparisonConfig,
    PairedComparison,
    "Paired comparison",
    "diagnostics.paired_comparison:compare_pair",
    section="diagnostics.sharing:section",
    question="Is one better, or is it chance?",
    progress="Comparing row by row",
)
