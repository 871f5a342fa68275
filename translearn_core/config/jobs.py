"""Configurations of all kinds of jobs, and job identifiers."""

import hashlib
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from translearn_core.config.base import BaseConfig, Seed
from translearn_core.config.data import AugmentConfig, DataConfig
from translearn_core.config.diagnostics import (
    AdviseConfig,
    BaselinesConfig,
    ErrorAnalysisConfig,
    ExportConfig,
    ForgettingConfig,
    LabelEfficiencyConfig,
    NeighboursConfig,
    ProbeConfig,
    ProjectConfig,
    ProjectionAnimationConfig,
    ReportConfig,
    SimilarityConfig,
    TransferabilityConfig,
)
from translearn_core.config.enums import Device, Precision
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import ADAPTED, BackboneConfig, FeatureConfig
from translearn_core.config.training import TrainingConfig

FORMAT = 6
"""Version of the results' format; part of every job id, so that old results are never read as new ones."""


class JobKind(StrEnum):
    """Kind of a job."""

    READ = "read"
    DIAGNOSE = "diagnose"
    DOWNLOAD_SIZE = "download_size"
    BACKBONE_INFO = "backbone_info"
    PROFILE = "profile"
    LR_FINDER = "lr_finder"
    AUGMENTATION_PREVIEW = "augmentation_preview"
    TRAIN = "train"
    PRETRAIN = "pretrain"
    SNAPSHOTS = "snapshots"
    COMPARE = "compare"
    PROBE = "probe"
    PROJECTION = "projection"
    NEIGHBOURS = "neighbours"
    PROJECTION_ANIMATION = "projection_animation"
    BASELINES = "baselines"
    LABEL_EFFICIENCY = "label_efficiency"
    SIMILARITY = "similarity"
    FORGETTING = "forgetting"
    ERROR_ANALYSIS = "error_analysis"
    TRANSFERABILITY = "transferability"
    ADVICE = "advice"
    REPORT = "report"
    EXPORT = "export"
    PREDICT = "predict"
    PREDICT_FILE = "predict_file"


class Slot(StrEnum):
    """Worker slot of a job: training, interactive (``ASK``) or file reading; slots never block each other."""

    TRAIN = "TRAIN"
    ASK = "ASK"
    READ = "READ"


class ReadConfig(BaseConfig):
    """Read a data set's files into one table."""

    dataset: str
    texts_only: bool = Field(
        False, description="a file of texts, to classify or to pre-train on, not to learn from"
    )


class DiagnoseConfig(BaseConfig):
    """Check a table as a task: findings, split and tokenization."""

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    token_limit: int = 128


class DownloadSizeConfig(BaseConfig):
    """Determine the download size of a backbone."""

    backbone: BackboneConfig


class BackboneInfoConfig(BaseConfig):
    """Summarise a backbone's architecture, after downloading it if necessary."""

    backbone: BackboneConfig


class ProfileConfig(BaseConfig):
    """Time a few steps of a backbone on this device."""

    backbone: BackboneConfig
    features: FeatureConfig = FeatureConfig()
    training: TrainingConfig = TrainingConfig()


class LrFinderConfig(BaseConfig):
    """Learning-rate range test: raise the rate until the loss diverges (arXiv:1506.01186)."""

    experiment: ExperimentConfig
    low: float = Field(1e-6, gt=0, le=1.0, description="rate of the first step")
    high: float = Field(1.0, gt=0, le=10.0, description="rate of the last step")
    steps: int = Field(100, ge=20, le=1000, description="steps at most; it ends when the loss runs away")

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.high < 10 * self.low:
            raise ValueError("high must be at least ten times low")
        return self


class AugmentationPreviewConfig(BaseConfig):
    """Augment a few training texts as a preview."""

    data: DataConfig
    backbone: BackboneConfig = BackboneConfig()
    augment: AugmentConfig = AugmentConfig(copies=1)
    texts: int = Field(5, ge=1, le=50, description="training texts to show")


class PretrainConfig(BaseConfig):
    """Continue masked-language-model pretraining of a backbone on a table's texts.

    Gururangan et al. 2020, arXiv:2004.10964.
    """

    dataset: str = Field(description="digest of the data set's files")
    text: str = Field(description="column that holds the texts")
    backbone: BackboneConfig = BackboneConfig()
    epochs: int = Field(3, ge=1, le=100, description="passes over the texts in which the backbone trains")
    head_epochs: int = Field(
        1, ge=0, le=20, description="passes before, in which only a fresh prediction head trains"
    )
    lr: float = Field(5e-5, gt=0, le=1.0, description="peak learning rate of the backbone")
    head_lr: float = Field(1e-3, gt=0, le=1.0, description="peak learning rate of a fresh prediction head")
    batch_size: int = Field(32, ge=1, le=1024, description="texts per step")
    masked: float = Field(0.15, gt=0, le=0.5, description="share of the tokens to guess")
    token_limit: int = Field(128, ge=8, le=8192, description="longer texts are cut here")
    precision: Precision = Precision.AUTO
    device: Device = Device.AUTO
    seed: Seed = Field(0, description="seed of masks and order")


class SnapshotsConfig(BaseConfig):
    """Training snapshots of a finished run: projection of one layer, probe accuracy of all layers."""

    job: str = Field(description="the training job")
    layer: int = Field(description="0 = embeddings, k = after block k-1")
    seed: Seed = 0


class Cell(BaseConfig):
    """Runs that differ only in the seed."""

    name: str = Field(min_length=1, max_length=200)
    jobs: tuple[str, ...] = Field(min_length=1, max_length=200, description="finished runs, one a seed")


class CompareConfig(BaseConfig):
    """Compare cells of runs: means with intervals, and paired differences from a baseline."""

    cells: tuple[Cell, ...] = Field(min_length=1, max_length=500)
    baseline: str = Field(description="name of the cell the others are held against")
    seed: Seed = 0


class PredictConfig(BaseConfig):
    """Classify typed texts with a finished run."""

    job: str
    texts: tuple[str, ...] = Field(min_length=1, max_length=100)
    neighbours: int = Field(5, ge=0, le=50, description="nearest training texts to show")
    temperature: float | None = Field(
        None, gt=0, description="scales the probabilities (arXiv:1706.04599); none: as the model gives them"
    )


class PredictFileConfig(BaseConfig):
    """Classify every row of a file with a finished run."""

    job: str
    dataset: str
    text: str


JOBS: dict[JobKind, tuple[type[BaseConfig], Slot]] = {
    JobKind.READ: (ReadConfig, Slot.READ),
    JobKind.DIAGNOSE: (DiagnoseConfig, Slot.READ),
    JobKind.DOWNLOAD_SIZE: (DownloadSizeConfig, Slot.ASK),
    JobKind.BACKBONE_INFO: (BackboneInfoConfig, Slot.ASK),
    JobKind.PROFILE: (ProfileConfig, Slot.ASK),
    JobKind.LR_FINDER: (LrFinderConfig, Slot.ASK),
    JobKind.AUGMENTATION_PREVIEW: (AugmentationPreviewConfig, Slot.ASK),
    JobKind.TRAIN: (ExperimentConfig, Slot.TRAIN),
    JobKind.PRETRAIN: (PretrainConfig, Slot.TRAIN),
    JobKind.SNAPSHOTS: (SnapshotsConfig, Slot.ASK),
    JobKind.COMPARE: (CompareConfig, Slot.ASK),
    JobKind.PROBE: (ProbeConfig, Slot.ASK),
    JobKind.PROJECTION: (ProjectConfig, Slot.ASK),
    JobKind.NEIGHBOURS: (NeighboursConfig, Slot.ASK),
    JobKind.PROJECTION_ANIMATION: (ProjectionAnimationConfig, Slot.ASK),
    JobKind.BASELINES: (BaselinesConfig, Slot.ASK),
    JobKind.LABEL_EFFICIENCY: (LabelEfficiencyConfig, Slot.ASK),
    JobKind.SIMILARITY: (SimilarityConfig, Slot.ASK),
    JobKind.FORGETTING: (ForgettingConfig, Slot.ASK),
    JobKind.ERROR_ANALYSIS: (ErrorAnalysisConfig, Slot.ASK),
    JobKind.TRANSFERABILITY: (TransferabilityConfig, Slot.ASK),
    JobKind.ADVICE: (AdviseConfig, Slot.ASK),
    JobKind.REPORT: (ReportConfig, Slot.ASK),
    JobKind.EXPORT: (ExportConfig, Slot.ASK),
    JobKind.PREDICT: (PredictConfig, Slot.ASK),
    JobKind.PREDICT_FILE: (PredictFileConfig, Slot.ASK),
}
"""Configuration and worker slot of each kind of job."""

JOB_KIND: dict[type[BaseConfig], JobKind] = {config: kind for kind, (config, _) in JOBS.items()}
"""Kind of job by configuration."""


def job_id(config: BaseConfig) -> str:
    """Return the job's id, 20 hexadecimal digits; equal configurations share one job."""
    text = f"{FORMAT}:{JOB_KIND[type(config)]}:{config.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def referenced_jobs(config: BaseConfig) -> tuple[str, ...]:
    """Return the jobs whose files a configuration needs; they must belong to its owner."""
    job_ids: list[str | None] = [
        getattr(config, field, None) for field in ("job", "continues", "scratch", "sibling")
    ]
    experiment = getattr(config, "experiment", config)
    if distil := getattr(experiment, "distil", None):
        job_ids.append(distil.teacher)
    for backbone in (getattr(experiment, "backbone", None), *getattr(experiment, "backbones", ())):
        if backbone is not None and backbone.id.startswith(ADAPTED):
            job_ids.append(backbone.id.removeprefix(ADAPTED))
    for field in ("earlier", "runs", "parts"):
        job_ids += getattr(config, field, ())
    job_ids += [job for cell in getattr(config, "cells", ()) for job in cell.jobs]
    return tuple(dict.fromkeys(job for job in job_ids if job))
