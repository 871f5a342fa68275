"""Jobs on backbones: download size, architecture, step times, continued pretraining and word vectors."""

from typing import ClassVar, Protocol, Self

from translearn_core.config import (
    AlignVectorsConfig,
    BackboneConfig,
    FeatureConfig,
    SkipGramStepConfig,
    TrainingConfig,
    WordVectorsConfig,
)
from translearn_core.config.pretraining import PretrainConfig
from translearn_core.jobs.spec import BackboneJobConfig, JobSpec, Slot
from translearn_core.results import (
    BackboneInfo,
    CostModel,
    DownloadSize,
    Pretraining,
    SkipGramStep,
    VectorAlignment,
    WordVectorTraining,
)


class Settings(Protocol):
    """Experiment, or a draft of one."""

    @property
    def backbone(self) -> BackboneConfig: ...  # noqa: D102

    @property
    def features(self) -> FeatureConfig: ...  # noqa: D102

    @property
    def training(self) -> TrainingConfig: ...  # noqa: D102


class DownloadSizeConfig(BackboneJobConfig[DownloadSize]):
    """Determine the download size of a backbone."""

    kind: ClassVar = "download_size"


class BackboneInfoConfig(BackboneJobConfig[BackboneInfo]):
    """Summarise a backbone's architecture, after downloading it if necessary."""

    kind: ClassVar = "backbone_info"


class ProfileConfig(BackboneJobConfig[CostModel]):
    """Time a few steps of a backbone on this device."""

    kind: ClassVar = "profile"
    features: FeatureConfig = FeatureConfig()
    training: TrainingConfig = TrainingConfig()

    @classmethod
    def of(cls, experiment: Settings) -> Self:
        """Return the profiling of an experiment's backbone: random weights cost the same."""
        training = experiment.training
        return cls(
            backbone=experiment.backbone.model_copy(update={"reinit_top_layers": 0}),
            features=FeatureConfig(token_limit=experiment.features.token_limit),
            training=TrainingConfig(
                batch_size=training.batch_size, precision=training.precision, device=training.device
            ),
        )


DOWNLOAD_SIZE = JobSpec(
    DownloadSizeConfig,
    DownloadSize,
    "Download size",
    "backbones:download_size",
    progress="Looking up the size of the model",
)

BACKBONE_INFO = JobSpec(
    BackboneInfoConfig,
    BackboneInfo,
    "Backbone summary",
    "backbones:inspect_backbone",
    progress="Looking into the model",
    warm_up=True,
)

PROFILE = JobSpec(
    ProfileConfig,
    CostModel,
    "Step times",
    "backbones:profile",
    progress="Timing a few real steps on this machine",
    background=True,
    memory_hint="for an estimate of time and memory choose a smaller batch size or a lower token limit",
)

PRETRAIN = JobSpec(
    PretrainConfig,
    Pretraining,
    "Continued pretraining",
    "pretraining:pretrain_backbone",
    slot=Slot.TRAINING,
    memory_hint="choose a smaller batch size or a lower token limit",
    resumable=True,
)

WORD_VECTORS = JobSpec(
    WordVectorsConfig,
    WordVectorTraining,
    "Word vectors",
    "word_vectors:train_vectors",
    slot=Slot.TRAINING,
    memory_hint="choose a smaller width or a higher min_count",
)

SKIP_GRAM_STEP = JobSpec(
    SkipGramStepConfig,
    SkipGramStep,
    "A step of skip-gram",
    "word_vectors:step_skip_gram",
    progress="Taking the step",
)

ALIGN_VECTORS = JobSpec(
    AlignVectorsConfig,
    VectorAlignment,
    "Alignment of word vectors",
    "word_vectors:align",
    slot=Slot.TRAINING,
    memory_hint="choose vectors of fewer words",
)

BACKBONE_JOBS = (PRETRAIN, WORD_VECTORS, ALIGN_VECTORS)
"""Kinds of jobs that make a backbone."""
