"""Jobs on backbones: download size, architecture, step times and continued pretraining."""

from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from translearn_core.config import BackboneConfig, Device, FeatureConfig, JobConfig, Precision, TrainingConfig
from translearn_core.config.base import Seed
from translearn_core.jobs.spec import BackboneJobConfig, JobSpec, Slot
from translearn_core.results import BackboneInfo, CostModel, DownloadSize, Pretraining


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


class PretrainConfig(JobConfig[Pretraining]):
    """Continue masked-language-model pretraining of a backbone on a table's texts.

    Gururangan et al. 2020, arXiv:2004.10964.
    """

    kind: ClassVar = "pretrain"
    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")
    text_pair: str | None = Field(None, description="column of the second texts of pairs, which are read too")
    backbone: BackboneConfig = BackboneConfig()
    epochs: int = Field(3, ge=1, le=100, description="passes over the texts in which the backbone trains")
    head_epochs: int = Field(
        1, ge=0, le=20, description="passes before, in which only a fresh prediction head trains"
    )
    lr: float = Field(5e-5, gt=0, le=1.0, description="peak learning rate of the backbone")
    head_lr: float = Field(1e-3, gt=0, le=1.0, description="peak learning rate of a fresh prediction head")
    batch_size: int = Field(32, ge=1, le=1024, description="texts per step")
    mlm_probability: float = Field(0.15, gt=0, le=0.5, description="share of the tokens to guess")
    token_limit: int = Field(128, ge=8, le=8192, description="longer texts are cut here")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = Field(0, description="seed of masks and order")

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Columns of the texts, each of which is read alone."""
        return (self.text,) if self.text_pair is None else (self.text, self.text_pair)

    def references(self) -> Iterable[str | None]:
        """Return the pretraining of its backbone."""
        return (self.backbone.pretraining_job,)

    def dataset_digest(self) -> str:
        """Return the digest of the data set."""
        return self.dataset


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
    memory_hint="choose a smaller batch size or a lower token limit",
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
