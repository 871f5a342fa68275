"""Kinds of jobs: configuration and specification of each, and the registry of all."""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from translearn_core.config import ExperimentConfig, JobConfig
from translearn_core.config.pretraining import PretrainConfig
from translearn_core.jobs.backbones import (
    ALIGN_VECTORS,
    BACKBONE_INFO,
    BACKBONE_JOBS,
    DOWNLOAD_SIZE,
    PRETRAIN,
    PROFILE,
    SKIP_GRAM_STEP,
    WORD_VECTORS,
    BackboneInfoConfig,
    DownloadSizeConfig,
    ProfileConfig,
)
from translearn_core.jobs.diagnostics.advice import ADVICE, AdviseConfig
from translearn_core.jobs.diagnostics.baselines import BASELINES, BaselinesConfig
from translearn_core.jobs.diagnostics.error_analysis import ERROR_ANALYSIS, ErrorAnalysisConfig
from translearn_core.jobs.diagnostics.forgetting import FORGETTING, ForgettingConfig
from translearn_core.jobs.diagnostics.label_efficiency import (
    LABEL_EFFICIENCY,
    LabelEfficiencyArm,
    LabelEfficiencyConfig,
)
from translearn_core.jobs.diagnostics.label_errors import LABEL_ERRORS, LabelErrorsConfig
from translearn_core.jobs.diagnostics.next_steps import NEXT_STEPS, NextStepsConfig
from translearn_core.jobs.diagnostics.number_errors import NUMBER_ERRORS, NumberErrorsConfig
from translearn_core.jobs.diagnostics.probing import LENGTH, PROBE, ProbeConfig
from translearn_core.jobs.diagnostics.projection import (
    NEIGHBOURS,
    PROJECTION,
    NeighboursConfig,
    ProjectConfig,
)
from translearn_core.jobs.diagnostics.projection_animation import (
    PROJECTION_ANIMATION,
    ProjectionAnimationConfig,
)
from translearn_core.jobs.diagnostics.similarity import SIMILARITY, SimilarityConfig
from translearn_core.jobs.diagnostics.snapshots import SNAPSHOTS, SnapshotsConfig
from translearn_core.jobs.diagnostics.transfer_matrix import TRANSFER_MATRIX, MatrixRuns, TransferMatrixConfig
from translearn_core.jobs.diagnostics.transferability import TRANSFERABILITY, TransferabilityConfig
from translearn_core.jobs.diagnostics.zero_shot import ZERO_SHOT, ZeroShotConfig
from translearn_core.jobs.files import EXPORT, REPORT, ExportConfig, ReportConfig
from translearn_core.jobs.prediction import (
    OCCLUSION,
    PREDICT,
    PREDICT_FILE,
    OcclusionConfig,
    PredictConfig,
    PredictFileConfig,
)
from translearn_core.jobs.spec import JobSpec, R, ReportRole, RunJobConfig, Slot, Task, TaskJobConfig
from translearn_core.jobs.tables import (
    AUGMENTATION_PREVIEW,
    DIAGNOSE,
    LABEL_REVIEW,
    READ,
    AugmentationPreviewConfig,
    DiagnoseConfig,
    LabelReviewConfig,
    ReadConfig,
)
from translearn_core.jobs.training import (
    COMPARE,
    LR_FINDER,
    PAIRED_COMPARISON,
    SELECTION,
    TRAIN,
    TRAINING_PREDICTIONS,
    CompareConfig,
    LrFinderConfig,
    PairedComparisonConfig,
    SelectionCandidate,
    SelectionConfig,
    StudyArm,
    TrainingPredictionsConfig,
)

__all__ = [
    "ADVICE",
    "ALIGN_VECTORS",
    "AUGMENTATION_PREVIEW",
    "BACKBONE_INFO",
    "BACKBONE_JOBS",
    "BASELINES",
    "COMPARE",
    "DIAGNOSE",
    "DOWNLOAD_SIZE",
    "ERROR_ANALYSIS",
    "EXPORT",
    "FORGETTING",
    "LABEL_EFFICIENCY",
    "LABEL_ERRORS",
    "LABEL_REVIEW",
    "LENGTH",
    "LR_FINDER",
    "NEIGHBOURS",
    "NEXT_STEPS",
    "NUMBER_ERRORS",
    "OCCLUSION",
    "PAIRED_COMPARISON",
    "PREDICT",
    "PREDICT_FILE",
    "PRETRAIN",
    "PROBE",
    "PROFILE",
    "PROJECTION",
    "PROJECTION_ANIMATION",
    "READ",
    "REPORT",
    "SELECTION",
    "SIMILARITY",
    "SKIP_GRAM_STEP",
    "SNAPSHOTS",
    "SPECS",
    "TRAIN",
    "TRAINING_PREDICTIONS",
    "TRANSFERABILITY",
    "TRANSFER_MATRIX",
    "WORD_VECTORS",
    "ZERO_SHOT",
    "AdviseConfig",
    "AugmentationPreviewConfig",
    "BackboneInfoConfig",
    "BaselinesConfig",
    "CompareConfig",
    "DiagnoseConfig",
    "DownloadSizeConfig",
    "ErrorAnalysisConfig",
    "ExportConfig",
    "ForgettingConfig",
    "JobSpec",
    "LabelEfficiencyArm",
    "LabelEfficiencyConfig",
    "LabelErrorsConfig",
    "LabelReviewConfig",
    "LrFinderConfig",
    "MatrixRuns",
    "NeighboursConfig",
    "NextStepsConfig",
    "NumberErrorsConfig",
    "OcclusionConfig",
    "PairedComparisonConfig",
    "PredictConfig",
    "PredictFileConfig",
    "PretrainConfig",
    "ProbeConfig",
    "ProfileConfig",
    "ProjectConfig",
    "ProjectionAnimationConfig",
    "ReadConfig",
    "ReportConfig",
    "ReportRole",
    "RunJobConfig",
    "SelectionCandidate",
    "SelectionConfig",
    "SimilarityConfig",
    "Slot",
    "SnapshotsConfig",
    "StudyArm",
    "Task",
    "TaskJobConfig",
    "TrainingPredictionsConfig",
    "TransferMatrixConfig",
    "TransferabilityConfig",
    "ZeroShotConfig",
    "slot_of",
    "spec_of",
]


def _specs() -> dict[str, JobSpec[Any, Any]]:
    """Collect the specifications in the modules of this package."""
    names = sorted(module.name for module in walk_packages(__path__, f"{__name__}."))
    modules = [import_module(name) for name in names]
    specs = [spec for module in modules for spec in vars(module).values() if isinstance(spec, JobSpec)]
    return {spec.kind: spec for spec in specs}


SPECS = _specs()
"""All kinds of jobs, by kind; a new module in this package needs no other entry."""


def spec_of(config: JobConfig[R]) -> JobSpec[Any, R]:
    """Return the specification of a configuration's job."""
    return SPECS[config.kind]


def slot_of(config: JobConfig) -> Slot:
    """Return the worker slot of a job; the run of one of several targets takes files, and trains nothing."""
    if isinstance(config, ExperimentConfig) and config.joint_run is not None:
        return Slot.INTERACTIVE
    return spec_of(config).slot
