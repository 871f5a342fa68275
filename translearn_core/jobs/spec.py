"""Specification of a kind of job: all that other parts of the program need to know about it."""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, Self

from pydantic import Field
from typing_extensions import TypeVar

from translearn_core.config import BackboneConfig, DataConfig, ExperimentConfig, JobConfig, ProblemType
from translearn_core.results.format import join_list

C = TypeVar("C", bound=JobConfig)
R = TypeVar("R", default=Any)


CLASSES = frozenset({ProblemType.SINGLE_LABEL, ProblemType.TOKENS})
"""Problem types whose targets are classes, of texts or of words."""
LABELS = CLASSES | {ProblemType.MULTI_LABEL}
"""Problem types whose outputs are probabilities of labels, one or several of a row."""
NUMBERS = frozenset({ProblemType.REGRESSION})
"""Problem types whose targets are numbers."""
WORDS = frozenset({ProblemType.TOKENS})
"""Problem types whose rows are words of sentences."""


class Task(Protocol):
    """Experiment, or another configuration of a table and a backbone."""

    @property
    def data(self) -> DataConfig: ...  # noqa: D102

    @property
    def backbone(self) -> BackboneConfig: ...  # noqa: D102


class Requirement(StrEnum):
    """What a job needs of its run; each includes those before."""

    LAYERS = "layers"
    STEPS = "training in steps"
    TRAINED_BACKBONE = "a trained backbone"


class Targets(StrEnum):
    """Number of targets of the runs and tasks that a job takes."""

    ONE = "one"
    SEVERAL = "several"
    ANY = "any"


class RunJobConfig(JobConfig[R], Generic[R]):
    """Configuration of a job about one training run."""

    job: str = Field(description="the training job")

    @classmethod
    def for_run(cls, job: str, n_blocks: int) -> Self:  # noqa: ARG003
        """Return the default configuration for a run whose backbone has `n_blocks` blocks."""
        return cls(job=job)

    def references(self) -> Iterable[str | None]:
        """Return the run."""
        return (self.job,)

    def subject(self) -> Hashable:
        """Return what jobs of this kind have in common if they answer the same question."""
        return self.job

    def completeness(self) -> int:
        """Return how many optional comparisons are included."""
        return 0


class BackboneJobConfig(JobConfig[R], Generic[R]):
    """Configuration of a job about a backbone."""

    backbone: BackboneConfig

    def references(self) -> Iterable[str | None]:
        """Return the pretraining of its backbone."""
        return (self.backbone.pretraining_job,)


class TaskJobConfig(JobConfig[R], Generic[R]):
    """Configuration of a job about a table as a task for a backbone."""

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()

    def references(self) -> Iterable[str | None]:
        """Return the pretraining of its backbone."""
        return (self.backbone.pretraining_job,)

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.data.dataset


class Slot(StrEnum):
    """Worker slot of a job: training, interactive or file reading; slots never block each other."""

    TRAINING = "TRAIN"
    INTERACTIVE = "ASK"
    READING = "READ"


class ReportRole(StrEnum):
    """Reports in which a result is expected."""

    NONE = "none"
    RUN = "run"
    STUDY = "study"
    RUN_AND_STUDY = "run and study"


@dataclass(frozen=True, eq=False)
class JobSpec(Generic[C, R]):
    """Kind of job.

    Attributes
    ----------
    config, result : type
        Its configuration, and what it writes to its folder.
    title : str
        Its name in the field's terms, for pages, command line and reports.
    handler : str
        Function that executes it, ``module:function`` below `translearn_core.worker`; imported by the worker,
        because handlers import torch.
    question : str
        The question it answers, in plain words.
    section : str
        Function that presents the result, ``module:function`` below `translearn_core.reporting`; imported
        when needed, because it imports Plotly. Empty if the result has no section.
    description : str
        What to look at in its result, shown before it is computed.
    action, progress, cost : str
        Label of the button that starts it, text of its progress bar, and what it costs.
    slot : Slot
    background : bool
        Whether it is an estimate that nobody asked for: it starts after every other job of its slot, and
        gives way to one that comes.
    low_priority : bool
        Whether it gives way to training; not for what somebody waits for.
    warm_up : bool
        Whether workers import its handler when they start.
    memory_hint : str
        What to change when memory runs out.
    resumable : bool
        Whether it continues from a checkpoint.
    report : ReportRole
    problems : set of ProblemType
        Problem types that it supports; None for all.
    targets : Targets
        Whether it takes runs and tasks of one target, of several, or both.
    requires : Requirement
        What it needs of a run or of a backbone to be trained; None for nothing.
    """

    config: type[C]
    result: type[R]
    title: str
    handler: str
    question: str = ""
    section: str = ""
    description: str = ""
    action: str = "Compute"
    progress: str = "Computing"
    cost: str = ""
    slot: Slot = Slot.INTERACTIVE
    background: bool = False
    low_priority: bool = False
    warm_up: bool = False
    memory_hint: str = "use a smaller file or fewer rows"
    resumable: bool = False
    report: ReportRole = ReportRole.NONE
    problems: Collection[ProblemType] | None = None
    targets: Targets = Targets.ONE
    requires: Requirement | None = None

    @property
    def kind(self) -> str:
        """Kind of the job in the database."""
        return self.config.kind

    def unsupported(self, task: Task) -> str:
        """Return a sentence if it does not support an experiment or task, else an empty string."""
        if self.targets is Targets.SEVERAL and not task.data.several_targets:
            return f"{self.title} compares targets, and this run has one: it needs a run of several."
        if self.targets is Targets.ONE and task.data.several_targets:
            columns = join_list([target.column for target in task.data.targets])
            return f"{self.title}: choose one target, for there are several ({columns})."
        if self.problems is not None and task.data.problem not in self.problems:
            supported = " or ".join(problem.prediction for problem in ProblemType if problem in self.problems)
            given = task.data.problem.prediction
            return f"{self.title}: the target must be {supported}; here it is {given}."
        if self.requires is None:
            return ""
        if task.backbone.is_tfidf:
            return f"{self.title} needs a pretrained backbone: TF-IDF counts words and has no layers."
        if self.requires is Requirement.LAYERS or not isinstance(task, ExperimentConfig):
            return ""
        if self.requires is Requirement.STEPS:
            if task.contrastive is not None:
                return f"{self.title}: pairs of texts train by a loss of their own; choose another recipe."
            lacking = f"{self.title}: a linear probe is fitted at once, without steps and learning rate"
            return f"{lacking}; choose another recipe." if task.fitted_at_once else ""
        if task.trains_backbone:
            return ""
        trained = "a linear probe" if task.fitted_at_once else "the head alone"
        return (
            f"{self.title}: some layers of the backbone must train. Here {trained} was trained, and they "
            "stayed as they were."
        )

    @property
    def heading(self) -> str:
        """Question and title."""
        return f"{self.question} {self.title}" if self.question else self.title

    @property
    def name(self) -> str:
        """Title within a sentence."""
        return self.title[0].lower() + self.title[1:]
